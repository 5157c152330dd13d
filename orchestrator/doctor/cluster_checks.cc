#include "orchestrator/doctor/cluster_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace enigma::doctor {
namespace {

using slurm::Words;

/// So many tasks an array of ours has at most.
constexpr double kArrayMax = 500;
/// A worker that is told to stop needs about so long for its checkpoint.
constexpr double kGrace_s = 30;
/// Three looks at the queue must find a job that has ended.
constexpr double kRecordAge_s = 60;

std::string value(const Words& words, const std::string& key) {
  const auto found = words.find(key);
  return found == words.end() ? "" : found->second;
}

/// "300 sec", "1001".
std::optional<double> number(const Words& words, const std::string& key) {
  const std::string text = value(words, key);
  return slurm::seconds_of(text.substr(0, text.find(' ')));
}

std::string or_unknown(const std::string& text) {
  return text.empty() ? "not known" : text;
}

Check check_commands(const slurm::ClusterFacts& facts) {
  if (facts.version.empty()) {
    return {"slurm_commands", false, "sbatch gives no answer",
            "log in to a node that has Slurm's commands, or load their module"};
  }
  return {"slurm_commands", true, facts.version, ""};
}

Check check_controller(const slurm::ClusterFacts& facts) {
  if (facts.is_up) { return {"slurm_controller", true, "answers", ""}; }
  return {"slurm_controller", false, "no answer to scontrol ping",
          "runs wait until it answers again; nothing is lost meanwhile"};
}

Check check_arrays(const slurm::ClusterFacts& facts) {
  const auto most = number(facts.config, "MaxArraySize");
  Check check{"array_limit", true, or_unknown(value(facts.config, "MaxArraySize")), ""};
  if (most && *most <= kArrayMax) {
    check.ok = false;
    check.advice = fmt::format(
        "ask for MaxArraySize of {:.0f} or more: arrays of up to {:.0f} tasks "
        "are submitted",
        kArrayMax + 1, kArrayMax);
  }
  return check;
}

Check check_job_limit(const slurm::ClusterFacts& facts) {
  Check check{"job_limit", true, or_unknown(value(facts.config, "MaxJobCount")), ""};
  const auto most = number(facts.config, "MaxJobCount");
  if (most && *most < 10'000) {
    check.advice = "every task of an array counts; what is refused waits, and is submitted later";
  }
  return check;
}

/// The partition that jobs go to: the site's, else the scheduler's default.
const Words* partition_of(const slurm::ClusterFacts& facts,
                          const std::optional<sweeps::Site>& site) {
  const bool named = site && site->options.contains("partition");
  for (const Words& partition : facts.partitions) {
    if (named ? value(partition, "PartitionName") == site->options.at("partition")
              : value(partition, "Default") == "YES") {
      return &partition;
    }
  }
  return nullptr;
}

Check check_partition(const slurm::ClusterFacts& facts, const std::optional<sweeps::Site>& site) {
  const Words* partition = partition_of(facts, site);
  if (partition == nullptr) {
    return {"partition", false, "no default partition",
            "name one in the site's profile: \"options\": {\"partition\": NAME}"};
  }
  Check check{"partition", true,
              fmt::format("{}, {}", value(*partition, "PartitionName"), value(*partition, "State")),
              ""};
  if (value(*partition, "State") != "UP") {
    check.ok = false;
    check.advice = "jobs wait until it is up again";
  }
  return check;
}

/// Of a partition, else the scheduler's own.
std::string mode_of(const slurm::ClusterFacts& facts, const Words& partition) {
  const std::string own = value(partition, "PreemptMode");
  return own.empty() ? value(facts.config, "PreemptMode") : own;
}

Check check_preemption(const slurm::ClusterFacts& facts, const Words& partition) {
  const bool off = value(facts.config, "PreemptType").find("none") != std::string::npos;
  const std::string mode = off ? "OFF" : mode_of(facts, partition);
  Check check{"preemption", true, or_unknown(mode), ""};
  if (mode.find("CANCEL") != std::string::npos) {
    check.advice =
        "a preempted job does not come back by itself: it is submitted again while a "
        "controller lives";
  } else if (mode.find("SUSPEND") != std::string::npos) {
    check.advice = "a suspended job says nothing; raise the time after which silence is a hang";
  }
  return check;
}

Check check_grace(const slurm::ClusterFacts& facts, const Words& partition) {
  const auto grace_s = number(partition, "GraceTime");
  Check check{"grace_time", true, or_unknown(value(partition, "GraceTime")), ""};
  const bool off = value(facts.config, "PreemptType").find("none") != std::string::npos ||
                   mode_of(facts, partition) == "OFF";
  if (off || !grace_s || *grace_s >= kGrace_s) { return check; }
  check.advice = fmt::format(
      "a preempted worker has {:.0f} s for its checkpoint; what it did since "
      "its last one may be lost: checkpoint often, or ask for a GraceTime of "
      "{:.0f} s",
      *grace_s, kGrace_s);
  return check;
}

Check check_requeue(const slurm::ClusterFacts& facts) {
  Check check{"requeue", true, "JobRequeue=" + or_unknown(value(facts.config, "JobRequeue")), ""};
  if (value(facts.config, "JobRequeue") == "0") {
    check.advice =
        "jobs ask for it themselves (--requeue); where the site forbids that, they are "
        "submitted again while a controller lives";
  }
  return check;
}

Check check_accounting(const slurm::ClusterFacts& facts) {
  const std::string type = value(facts.config, "AccountingStorageType");
  Check check{"accounting", true, or_unknown(type), ""};
  if (type.find("none") != std::string::npos || type == "(null)") {
    check.advice = "there is no second source on how jobs ended; their own files are asked";
  }
  return check;
}

Check check_records(const slurm::ClusterFacts& facts) {
  const auto age_s = number(facts.config, "MinJobAge");
  Check check{"record_age", true, or_unknown(value(facts.config, "MinJobAge")), ""};
  if (age_s && *age_s < kRecordAge_s) {
    check.advice = fmt::format(
        "a job that ended is forgotten after {:.0f} s; without accounting its "
        "class of failure may be lost",
        *age_s);
  }
  return check;
}

/// Devices by the scheduler's own words: "gpu:h100:8(S:0-1)" → 8.
int64_t gpus_of(const Words& node) {
  const std::string gres = value(node, "Gres");
  if (!gres.starts_with("gpu")) { return 0; }
  const std::string shape = gres.substr(0, gres.find('('));
  return std::atoll(shape.c_str() + shape.rfind(':') + 1);
}

Check check_gpus(const slurm::ClusterFacts& facts, const std::optional<sweeps::Site>& site) {
  std::set<int64_t> counts;
  for (const Words& node : facts.nodes) { counts.insert(gpus_of(node)); }
  std::string found;
  for (const int64_t count : counts) {
    found += fmt::format("{}{}", found.empty() ? "" : ", ", count);
  }
  Check check{"gpus", true, found.empty() ? "not known" : found + " a node", ""};
  const int64_t most = counts.empty() ? 0 : *counts.rbegin();
  if (site && site->gpu && !facts.nodes.empty() && site->gpu->per_node > most) {
    check.ok = false;
    check.advice =
        fmt::format("the profile says {} a node: correct it, or ask for less", site->gpu->per_node);
  } else if (most > 0 && (!site || !site->gpu)) {
    check.advice = "state them in a site profile (\"gpu\"): without one, jobs ask for none";
  }
  return check;
}

Check check_user_limits(const slurm::ClusterFacts& facts) {
  Check check{"user_limits", true, "none stated", ""};
  for (const Words& each : facts.associations) {
    const std::string most = value(each, "MaxSubmit");
    if (most.empty()) { continue; }
    check.found = fmt::format("MaxSubmit={} ({})", most, or_unknown(value(each, "Account")));
    check.advice = "what is refused for a limit waits, and is submitted later";
  }
  return check;
}

Check check_submission(const slurm::ClusterFacts& facts) {
  if (facts.test_only.empty()) { return {"submission", true, "not tried", ""}; }
  Check check{"submission", facts.may_submit, facts.test_only, ""};
  if (!facts.may_submit) {
    check.advice = "add what the scheduler asks for to \"options\" of a site profile";
  }
  return check;
}

Check check_pyxis(const slurm::ClusterFacts& facts) {
  if (facts.has_pyxis) { return {"container", true, "srun knows Pyxis", ""}; }
  return {"container", false, "srun --help names no --container-image",
          "Pyxis is not installed here: correct \"container_runtime\" of the profile"};
}

Checks check_profile(const slurm::ClusterFacts& facts, const sweeps::Site& site) {
  Checks checks = {{"site_profile", true, fmt::format("{}, as of {}", site.name, site.as_of), ""}};
  const bool needs_pyxis = !site.container.empty() && site.container_runtime == "pyxis";
  if (needs_pyxis) { checks.push_back(check_pyxis(facts)); }
  for (const sweeps::Partition& stated : site.partitions) {
    const auto is_it = [&](const Words& each) {
      return value(each, "PartitionName") == stated.name;
    };
    const auto known = std::ranges::find_if(facts.partitions, is_it);
    if (known == facts.partitions.end()) {
      checks.push_back({"partition_" + stated.name, false, "the scheduler has none of this name",
                        "correct the profile"});
      continue;
    }
    const auto grace_s = number(*known, "GraceTime");
    if (stated.grace_s > 0 && grace_s && *grace_s < stated.grace_s) {
      checks.push_back({"partition_" + stated.name, false,
                        fmt::format("GraceTime is {:.0f} s", *grace_s),
                        fmt::format("the profile says {:.0f} s: correct it", stated.grace_s)});
    }
  }
  return checks;
}

}  // namespace

Checks check_cluster(const slurm::ClusterFacts& facts, const std::optional<sweeps::Site>& site) {
  Checks checks = {check_commands(facts)};
  if (facts.version.empty()) { return checks; }
  checks.push_back(check_controller(facts));
  if (!facts.is_up) { return checks; }
  checks.push_back(check_arrays(facts));
  checks.push_back(check_job_limit(facts));
  checks.push_back(check_partition(facts, site));
  if (const Words* partition = partition_of(facts, site)) {
    checks.push_back(check_preemption(facts, *partition));
    checks.push_back(check_grace(facts, *partition));
  }
  checks.push_back(check_requeue(facts));
  checks.push_back(check_accounting(facts));
  checks.push_back(check_records(facts));
  checks.push_back(check_gpus(facts, site));
  checks.push_back(check_user_limits(facts));
  checks.push_back(check_submission(facts));
  if (site) {
    for (Check& each : check_profile(facts, *site)) { checks.push_back(std::move(each)); }
  }
  return checks;
}

}  // namespace enigma::doctor
