// SPDX-License-Identifier: Apache-2.0
#include "agent/engine.h"

#include "agent/confine.h"
namespace brig::agent {
namespace {
class P : public Child { public: using Child::Child; bool OnMessage(Role, Message, ByteView) override { return true; } void OnStop(const std::string&) override { Exit(0); } };
}
int RunEngine(Start start) {
  auto loop = Loop::Make();
  (void)CloseOtherHandles(start.AllHandles());
  return P(start, *loop).Run();
}
}
