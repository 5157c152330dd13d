#include "worker/protocol/exit_code.h"

#include <doctest/doctest.h>

#include <csignal>

using namespace enigma::protocol;

TEST_CASE("exit_code: every class has a name that leads back to it") {
  for (int i = 0; i < 12; ++i) {
    const auto value = static_cast<FailureClass>(i);
    CHECK(failure_class_named(name_of(value)) == value);
  }
  CHECK_FALSE(failure_class_named("unlucky").has_value());
}

TEST_CASE("exit_code: codes stand for the contract's classes") {
  CHECK_FALSE(class_of_exit(0, 0, false).has_value());
  for (int code : {64, 65, 70, 74, 1, 2}) {
    CHECK(class_of_exit(code, 0, false) == FailureClass::code);
  }
  CHECK(class_of_exit(69, 0, false) == FailureClass::nccl);
  CHECK(class_of_exit(71, 0, false) == FailureClass::nan);
  CHECK(class_of_exit(72, 0, false) == FailureClass::gpu_memory);
  CHECK(class_of_exit(73, 0, false) == FailureClass::disk_full);
  for (int code : {75, 76}) { CHECK(class_of_exit(code, 0, false) == FailureClass::preempted); }
}

TEST_CASE("exit_code: a signal from outside is a node's failure, a crash is the code's") {
  CHECK(class_of_exit(0, SIGKILL, false) == FailureClass::node_failure);
  CHECK(class_of_exit(0, SIGTERM, false) == FailureClass::node_failure);
  CHECK(class_of_exit(0, SIGKILL, true) == FailureClass::host_memory);
  CHECK(class_of_exit(0, SIGSEGV, false) == FailureClass::code);
  CHECK(class_of_exit(0, SIGABRT, false) == FailureClass::code);
  CHECK(class_of_exit(128 + SIGKILL, 0, false) == FailureClass::node_failure);
}
