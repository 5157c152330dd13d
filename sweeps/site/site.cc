#include "sweeps/site/site.h"

#include "input/document.h"
#include "input/fields.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

namespace enigma::sweeps {
namespace {

constexpr std::array<std::pair<Preemption, std::string_view>, 5> kPreemptions{
    {{Preemption::none, "none"},
     {Preemption::requeue, "requeue"},
     {Preemption::cancel, "cancel"},
     {Preemption::suspend, "suspend"},
     {Preemption::unknown, "unknown"}}};

constexpr int64_t kBytesMax = int64_t{1} << 53;
constexpr int64_t kDevicesMax = 64;

/// YYYY-MM-DD of a day that exists in some year.
bool is_day(const std::string& text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.size() != kShape.size()) { return false; }
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) { return false; }
  }
  const int month = std::stoi(text.substr(5, 2)), day = std::stoi(text.substr(8, 2));
  constexpr std::array<int, 12> kDays{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 && day >= 1 && day <= kDays[static_cast<size_t>(month) - 1];
}

class SiteReader {
 public:
  SiteReader(const Document& document, std::vector<Diagnostic>& diagnostics)
      : document_(document), diagnostics_(diagnostics) {}

  Site read() {
    Fields fields(document_, document_.root, "", diagnostics_);
    if (!document_.root.is_object()) { return std::move(site_); }
    fields.need("name", "the site's name");
    set(site_.name, fields.text("name"));
    fields.need("as_of", "the day on which this was true, as YYYY-MM-DD");
    set(site_.as_of, day_of(fields, "as_of"));
    set(site_.scheduler, fields.word("scheduler", {"slurm", "none"}));
    each(fields, "partitions", [&](const Json& json, const std::string& at) {
      site_.partitions.push_back(partition_of(json, at));
    });
    if (const Json* json = fields.get("gpu")) { site_.gpu = gpu_of(*json); }
    each(fields, "rates", [&](const Json& json, const std::string& at) {
      site_.rates.push_back(rate_of(json, at));
    });
    if (const Json* json = fields.get("scratch")) { site_.scratch = scratch_of(*json); }
    set(site_.container, fields.text("container"));
    set(site_.container_runtime, fields.word("container_runtime", container_runtime_names()));
    read_lines(fields);
    read_options(fields);
    read_forbids(fields);
    fields.finish();
    check_partitions();
    return std::move(site_);
  }

 private:
  void report(const std::string& pointer, std::string message, std::string expected,
              std::string found) {
    Diagnostic diagnostic = document_.at(pointer, std::move(message));
    diagnostic.expected = std::move(expected);
    diagnostic.found = std::move(found);
    diagnostics_.push_back(std::move(diagnostic));
  }

  template <typename Take>
  void each(Fields& fields, const std::string& key, const Take& take) {
    const Json* json = fields.get(key);
    if (json == nullptr) { return; }
    if (!json->is_array()) {
      report(fields.pointer(key), "wrong type", "a list", describe(*json));
      return;
    }
    for (size_t i = 0; i < json->size(); ++i) {
      take((*json)[i], child_pointer(fields.pointer(key), std::to_string(i)));
    }
  }

  std::optional<std::string> day_of(Fields& fields, const std::string& key) {
    auto text = fields.text(key);
    if (!text || is_day(*text)) { return text; }
    report(fields.pointer(key), "not a day", "YYYY-MM-DD", describe(Json(*text)));
    return std::nullopt;
  }

  std::optional<bool> flag_of(Fields& fields, const std::string& key) {
    const Json* json = fields.get(key);
    if (json == nullptr) { return std::nullopt; }
    if (json->is_boolean()) { return json->get<bool>(); }
    report(fields.pointer(key), "wrong type", "true or false", describe(*json));
    return std::nullopt;
  }

  /// A word, or a truth value where no more is known.
  Preemption preemption_of(Fields& fields) {
    const Json* json = fields.get("preempts");
    if (json == nullptr) { return Preemption::unknown; }
    if (json->is_boolean()) { return json->get<bool>() ? Preemption::unknown : Preemption::none; }
    const auto word = fields.word("preempts", preemption_names());
    for (const auto& [preemption, name] : kPreemptions) {
      if (word == name) { return preemption; }
    }
    return Preemption::unknown;
  }

  Partition partition_of(const Json& json, const std::string& at) {
    Partition partition;
    Fields fields(document_, json, at, diagnostics_);
    fields.need("name", "the partition's name");
    set(partition.name, fields.text("name"));
    partition.preempts = preemption_of(fields);
    set(partition.grace_s, fields.number("grace_s", kNotNegative));
    partition.max_time_s = fields.number("max_time_s", kPositive);
    set(partition.is_default, flag_of(fields, "default"));
    fields.finish();
    return partition;
  }

  Rate rate_of(const Json& json, const std::string& at) {
    Rate rate;
    Fields fields(document_, json, at, diagnostics_);
    for (const char* key : {"usd_per_device_hour", "from", "to"}) { fields.need(key, "a value"); }
    set(rate.usd_per_device_hour, fields.number("usd_per_device_hour", kNotNegative));
    set(rate.preemptible, flag_of(fields, "preemptible"));
    set(rate.from, day_of(fields, "from"));
    set(rate.to, day_of(fields, "to"));
    fields.finish();
    if (rate.to < rate.from) {
      report(child_pointer(at, "to"), "the rate ends before it begins", "a day after " + rate.from,
             rate.to);
    }
    return rate;
  }

  Gpu gpu_of(const Json& json) {
    Gpu gpu;
    Fields fields(document_, json, "/gpu", diagnostics_);
    fields.need("name", "the device's name");
    set(gpu.name, fields.text("name"));
    fields.need("per_node", "how many a node has");
    set(gpu.per_node, fields.integer("per_node", 1, kDevicesMax));
    if (const Json* peaks = fields.get("peak_flops_per_s")) {
      gpu.peak_flops_per_s = peaks_of(*peaks);
    }
    fields.finish();
    return gpu;
  }

  /// Of any precision: a site's table may know more of them than the trainer.
  std::map<std::string, double> peaks_of(const Json& json) {
    std::map<std::string, double> peaks;
    Fields fields(document_, json, "/gpu/peak_flops_per_s", diagnostics_);
    if (!json.is_object()) { return peaks; }
    for (const auto& [precision, value] : json.items()) {
      if (const auto peak = fields.number(precision, kPositive)) { peaks[precision] = *peak; }
    }
    return peaks;
  }

  Scratch scratch_of(const Json& json) {
    Scratch scratch;
    Fields fields(document_, json, "/scratch", diagnostics_);
    fields.need("path", "a folder");
    set(scratch.path, fields.text("path"));
    scratch.quota_bytes = fields.integer("quota_bytes", 1, kBytesMax);
    fields.finish();
    return scratch;
  }

  void read_lines(Fields& fields) {
    each(fields, "lines", [&](const Json& json, const std::string& at) {
      const auto line = read_text(document_, json, at, diagnostics_);
      if (line && line->find('\n') != std::string::npos) {
        report(at, "a line with a line break", "one line each", describe(json));
      } else if (line) {
        site_.lines.push_back(*line);
      }
    });
  }

  void read_options(Fields& fields) {
    const Json* json = fields.get("options");
    if (json == nullptr) { return; }
    if (!json->is_object()) {
      report("/options", "wrong type", "{OPTION OF SBATCH: VALUE}", describe(*json));
      return;
    }
    for (const auto& [name, value] : json->items()) { read_option(name, value); }
  }

  /// What this system states itself would be stated twice, and the later one would win.
  void read_option(const std::string& name, const Json& value) {
    const std::string at = child_pointer("/options", name);
    static const std::set<std::string> kOurs = {
        "array",           "chdir",     "error",  "job-name",      "nodes",      "ntasks",
        "ntasks-per-node", "open-mode", "output", "parsable",      "requeue",    "no-requeue",
        "signal",          "test-only", "time",   "gpus-per-node", "dependency", "wrap"};
    const bool spelled =
        !name.empty() && name[0] != '-' &&
        std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
    if (!spelled) {
      report(at, "not an option of sbatch", "its long name without dashes: \"account\"", name);
    } else if (kOurs.contains(name)) {
      report(at, "this option is set by enigma-sweep", "an option that the spec has no word for",
             name);
    } else if (value.is_string()) {
      site_.options[name] = value.get<std::string>();
    } else if (value.is_number_integer()) {
      site_.options[name] = value.dump();
    } else if (value.is_boolean() && value.get<bool>()) {
      site_.options[name] = "";
    } else {
      report(at, "wrong type", "a string, a whole number, or true", describe(value));
    }
  }

  void read_forbids(Fields& fields) {
    each(fields, "forbids", [&](const Json& json, const std::string& at) {
      if (const auto word = read_word(document_, json, at, forbidden_names(), diagnostics_)) {
        site_.forbids.push_back(*word);
      }
    });
  }

  void check_partitions() {
    std::set<std::string> names;
    int64_t defaults = 0;
    for (size_t i = 0; i < site_.partitions.size(); ++i) {
      const Partition& partition = site_.partitions[i];
      const std::string at = child_pointer("/partitions", std::to_string(i));
      if (!names.insert(partition.name).second) {
        report(at, "duplicate partition", "each name once", partition.name);
      }
      if (partition.is_default && ++defaults > 1) {
        report(child_pointer(at, "default"), "a second default partition", "one", partition.name);
      }
    }
    const auto chosen = site_.options.find("partition");
    if (chosen == site_.options.end() || names.empty() || names.contains(chosen->second)) {
      return;
    }
    report("/options/partition", "no partition of this name", "a name of 'partitions'",
           chosen->second);
  }

  const Document& document_;
  std::vector<Diagnostic>& diagnostics_;
  Site site_;
};

}  // namespace

std::vector<std::string> preemption_names() {
  std::vector<std::string> names;
  for (const auto& [preemption, name] : kPreemptions) { names.emplace_back(name); }
  return names;
}

const std::vector<std::string>& container_runtime_names() {
  static const std::vector<std::string> names = {"apptainer", "pyxis"};
  return names;
}

const std::vector<std::string>& forbidden_names() {
  static const std::vector<std::string> names = {"benchmark", "tunnel", "login_load"};
  return names;
}

std::string_view name_of(Preemption preemption) {
  return std::ranges::find(kPreemptions, preemption,
                           &std::pair<Preemption, std::string_view>::first)
      ->second;
}

bool Site::forbidden(std::string_view what) const {
  return std::ranges::find(forbids, what) != forbids.end();
}

const Partition* Site::partition() const {
  const auto chosen = options.find("partition");
  for (const Partition& each : partitions) {
    if (chosen == options.end() ? each.is_default : each.name == chosen->second) { return &each; }
  }
  return nullptr;
}

std::optional<double> Site::usd_per_device_hour(std::string_view day) const {
  const Partition* where = partition();
  const bool preemptible = where != nullptr && where->preempts != Preemption::none;
  std::optional<double> found;
  for (const Rate& rate : rates) {
    if (rate.preemptible != preemptible || day < rate.from || day > rate.to) { continue; }
    if (found && *found != rate.usd_per_device_hour) { return std::nullopt; }
    found = rate.usd_per_device_hour;
  }
  return found;
}

Parsed<Site> parse_site(std::string_view text, const std::string& file) {
  Parsed<Document> parsed = parse_document(text, file);
  Parsed<Site> result{std::nullopt, std::move(parsed.diagnostics)};
  if (!parsed.ok()) { return result; }
  Site site = SiteReader(*parsed.value, result.diagnostics).read();
  std::ranges::stable_sort(result.diagnostics, {}, [](const Diagnostic& each) {
    return std::tuple(each.line, each.column);
  });
  if (!has_errors(result.diagnostics)) { result.value = std::move(site); }
  return result;
}

}  // namespace enigma::sweeps
