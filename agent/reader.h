// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agent/child.h"
namespace brig::agent { int RunReader(Start start); }
