// SPDX-License-Identifier: Apache-2.0
// Whatever bytes an engine's socket answers with: they are refused or name a container or an image.
#include "identity/docker_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view answer(reinterpret_cast<const char*>(data), size);
  const auto container = brig::identity::ParseDockerInspect(answer);
  BRIG_CHECK(!container || !container->id.empty());
  const auto image = brig::identity::ParseDockerImage(answer);
  BRIG_CHECK(!image || !image->id.empty());
  return 0;
}
