// How fast this machine's device does FLOPs, from the runs that a store has seen finish on it.
#pragma once

#include "db/store.h"
#include "sweeps/plan.h"

#include <map>
#include <string>
#include <string_view>

namespace enigma {

/// A worker names its device with what it measured on it: "CPU (peak measured: 9.0 GFLOP/s float32,
/// 1 thread)". The device is the same where name and threads are: "CPU, 1 thread".
std::string device_kind(std::string_view named);

/// FLOP/s by sweeps::speed_key(), over the finished runs on the device that the last of them ran
/// on: the store's own machine, as its last worker found it. Runs of another id_version are left
/// out: their points say something else.
std::map<std::string, double> measured_speeds(const db::Store& store);

}  // namespace enigma
