// The settings of a point: one row a PATH of the spec (`model.size`, `budget.flops`, …). Spec,
// point file, canonical form, JSON Schema and reference are made from these rows.
#pragma once

#include "sweeps/value_rule.h"

#include <string>
#include <vector>

namespace enigma::sweeps {

enum class Role {
  identity,   ///< it changes what is trained, and so the id
  placement,  ///< it changes where and how fast
};

struct Setting {
  const char* path;  ///< GROUP.KEY: dotted in `axes`, nested in `defaults`
  const char* sentence;
  bool required;  ///< else a Point has its default
  Role role;
  ValueRule rule;
  const char* family = nullptr;  ///< that it belongs to; nullptr: to all

  bool is_of(const std::string& name) const { return family == nullptr || name == family; }

  std::string group() const;
  std::string key() const;
};

/// Every PATH that this version knows, sorted: those of all families and those of each.
const std::vector<Setting>& settings();

/// The groups of their paths, sorted.
std::vector<std::string> setting_groups();

/// `worker.NAME`, whatever NAME is: settings of a trainer that is somebody else's. They are no rows
/// of settings(), because their names are the trainer's.
inline constexpr const char* kWorkerGroup = "worker";
const Setting& worker_setting();
std::string worker_path(const std::string& name);
bool is_worker_path(const std::string& path);

/// Nothing where the path is unknown. One row stands for all of `worker.NAME`.
const Setting* find_setting(const std::string& path);

/// What a point has at a PATH, as the canonical form writes it; null: `worker.NAME` is not set.
nlohmann::json value_at(const Point& point, const std::string& path);

/// PATHs of the contract that this version refuses with a message that says so.
bool is_unsupported_path(const std::string& path);

/// The table as Markdown, for the reference.
std::string settings_reference();

}  // namespace enigma::sweeps
