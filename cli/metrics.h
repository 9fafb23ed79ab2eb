// SPDX-License-Identifier: Apache-2.0
// The status as metrics in the text format of Prometheus. Thread safe: no state.
#pragma once

#include <string>

#include "model/status.h"

namespace brig::cli {

std::string MetricsOf(const Status& status);

}  // namespace brig::cli
