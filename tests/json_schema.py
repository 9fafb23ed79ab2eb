# SPDX-License-Identifier: Apache-2.0
"""Holds JSON against a JSON Schema, as far as brig's own schema goes: type, properties, required,
items, enum, const, anyOf. A word it does not know is an error, so that nothing passes unread.
"""

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
KNOWN = {"$schema", "title", "type", "properties", "required", "items", "enum", "const", "anyOf",
         "format"}


def complaints(value, schema, at="$"):
    """What is wrong with a value, a line each; a field that the schema does not name is wrong."""
    unknown = schema.keys() - KNOWN
    if unknown:
        raise ValueError(f"a schema with {sorted(unknown)} at {at}")
    if "anyOf" in schema:
        return _of_any(value, schema["anyOf"], at)
    wanted = TYPES.get(schema.get("type"))
    if wanted and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))):
        return [f"{at}: {value!r} is no {schema['type']}"]
    if "const" in schema and value != schema["const"]:
        return [f"{at}: {value!r} is not {schema['const']!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is not in the list"]
    found = []
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            found += complaints(item, schema["items"], f"{at}[{index}]")
    if isinstance(value, dict) and "properties" in schema:
        found += [f"{at}: no {name}" for name in schema.get("required", []) if name not in value]
        for name, item in value.items():
            if name in schema["properties"]:
                found += complaints(item, schema["properties"][name], f"{at}.{name}")
            else:
                found.append(f"{at}: {name} is not in the schema")
    return found


def _of_any(value, schemas, at):
    """Of several that all complain, the complaints of the nearest are worth reading."""
    tried = [complaints(value, each, at) for each in schemas]
    return min(tried, key=len)
