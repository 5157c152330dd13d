#include "recordings/import/source.h"

#include "diagnostics/nearest.h"
#include "files/sha256.h"
#include "recordings/format/file_tree.h"
#include "recordings/format/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace enigma::recordings::importer {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kFormats = {"sensorium2022", "sensorium2023", "nwb",
                                                      "video"};

bool is_sensorium(const fs::path& path) {
  std::error_code unknown;
  return fs::is_directory(path / "data", unknown) && fs::is_directory(path / "meta", unknown);
}

bool is_of_other_year(ImportFormat format, const fs::path& path) {
  const bool pictures = fs::exists(path / "data" / "images");
  const bool films = fs::exists(path / "data" / "videos");
  return format == ImportFormat::sensorium2022 ? films && !pictures : pictures && !films;
}

std::string ending_of(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

// A file named outright may have any ending; in a folder these are taken.
bool has_ending(ImportFormat format, const fs::path& path) {
  static const std::set<std::string> videos = {".avi", ".flv", ".m2ts", ".m4v", ".mjpeg", ".mkv",
                                               ".mov", ".mp4", ".mpeg", ".mpg", ".mts",   ".nut",
                                               ".ogv", ".ts",  ".webm", ".wmv", ".y4m"};
  return format == ImportFormat::nwb ? ending_of(path) == ".nwb" : videos.contains(ending_of(path));
}

bool is_folder_format(ImportFormat format) {
  return format == ImportFormat::sensorium2022 || format == ImportFormat::sensorium2023;
}

ImportSource source_of(ImportFormat format, const fs::path& path) {
  const std::string name = session_name(path);
  return {is_folder_format(format) ? name : fs::path(name).stem().string(), path};
}

bool is_source(ImportFormat format, const fs::directory_entry& entry) {
  std::error_code unknown;
  if (is_folder_format(format)) {
    return entry.is_directory(unknown) && is_sensorium(entry.path()) &&
           !is_of_other_year(format, entry.path());
  }
  return entry.is_regular_file(unknown) && has_ending(format, entry.path());
}

// A link that leads nowhere is a source that cannot be read, where it is called as one.
bool is_lost_source(ImportFormat format, const fs::path& link) {
  return is_folder_format(format) ? is_lost_folder(link) : has_ending(format, link);
}

std::vector<ImportSource> walk_sources(ImportFormat format, const fs::path& path) {
  std::error_code unknown;
  if (is_folder_format(format) ? is_sensorium(path) : fs::is_regular_file(path, unknown)) {
    return {source_of(format, path)};
  }
  if (!fs::is_directory(path, unknown)) { return {}; }
  std::vector<ImportSource> sources;
  std::vector<Diagnostic> problems;
  const auto look = [&](const fs::directory_entry& entry) {
    if (entry.path().filename().string().starts_with(".")) { return false; }
    if (!is_source(format, entry)) { return true; }
    sources.push_back(source_of(format, entry.path()));
    return false;
  };
  walk(path, look, problems);
  for (const Diagnostic& problem : problems) {
    if (is_lost_source(format, problem.file) && broken_link(problem.file)) {
      sources.push_back(source_of(format, problem.file));
    }
  }
  return sources;
}

std::string expectation(ImportFormat format) {
  if (is_folder_format(format)) {
    return "a folder with data/ and meta/, or a folder of such folders";
  }
  return format == ImportFormat::nwb ? "an .nwb file or a folder of them"
                                     : "a video file or a folder of them";
}

void check_names(const std::vector<ImportSource>& sources) {
  std::vector<Diagnostic> wrong;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (i > 0 && sources[i].name == sources[i - 1].name) {
      wrong.push_back(problem_in(sources[i].path, "name", "two sources would be one session",
                                 "names that differ", sources[i - 1].path.string()));
    }
    if (sources[i].name.empty() || sources[i].name.starts_with(".")) {
      wrong.push_back(problem_in(sources[i].path, "name", "cannot be a session's name",
                                 "a name that does not begin with a dot", sources[i].name));
    }
  }
  if (!wrong.empty()) { throw InputError(std::move(wrong)); }
}

}  // namespace

std::string_view name_of(ImportFormat format) {
  return kFormats[static_cast<size_t>(format)];
}

ImportFormat import_format_of(const std::string& name) {
  const auto found = std::find(kFormats.begin(), kFormats.end(), name);
  if (found != kFormats.end()) { return static_cast<ImportFormat>(found - kFormats.begin()); }
  const std::vector<std::string> names(kFormats.begin(), kFormats.end());
  Diagnostic d;
  d.pointer = "--from";
  d.message = "format is not known";
  d.expected = "sensorium2022, sensorium2023, nwb or video";
  d.found = name;
  d.suggestion = name == "experanto" ? "experanto folders are read where they lie, without import"
                                     : suggest_name(name, names);
  throw InputError({d});
}

std::vector<ImportSource> find_sources(ImportFormat format, const fs::path& path) {
  std::vector<ImportSource> sources = walk_sources(format, path);
  if (sources.empty()) {
    throw InputError(
        {problem_in(path, "", fmt::format("holds nothing of format {}", name_of(format)),
                    expectation(format), "")});
  }
  std::sort(sources.begin(), sources.end(), [](const ImportSource& a, const ImportSource& b) {
    return std::tie(a.name, a.path) < std::tie(b.name, b.path);
  });
  // Reached by two ways, by a link and without it, say, a source is one all the same.
  const auto same = [](const ImportSource& a, const ImportSource& b) {
    std::error_code unknown;
    return a.name == b.name && fs::equivalent(a.path, b.path, unknown);
  };
  sources.erase(std::unique(sources.begin(), sources.end(), same), sources.end());
  check_names(sources);
  return sources;
}

nlohmann::ordered_json identity_of(const fs::path& source) {
  const std::string name = session_name(source);
  if (!fs::is_directory(source)) {
    return {{"name", name}, {"bytes", fs::file_size(source)}, {"sha256", sha256_of_file(source)}};
  }
  std::map<std::string, fs::path> files;
  for (const char* part : {"data", "meta"}) {
    for (const auto& [name_below, file] : files_below(source / part).files) {
      files.emplace(std::string(part) + "/" + name_below, file);
    }
  }
  uintmax_t bytes = 0;
  std::string lines;
  for (const auto& [relative, path] : files) {
    bytes += fs::file_size(path);
    lines += fmt::format("{}\t{}\t{}\n", relative, fs::file_size(path), sha256_of_file(path));
  }
  return {{"name", name}, {"bytes", bytes}, {"sha256", sha256(lines)}};
}

nlohmann::ordered_json options_json(ImportFormat format, const ReadOptions& options) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (format == ImportFormat::nwb) {
    json["bin_hz"] = options.bin_hz;
    json["trace"] = nullptr;
    if (!options.trace.empty()) { json["trace"] = options.trace; }
  }
  if (format != ImportFormat::video) { return json; }
  json["size"] = nullptr;
  if (options.size) { json["size"] = {options.size->height, options.size->width}; }
  json["color"] = options.color ? "rgb" : "grey";
  return json;
}

}  // namespace enigma::recordings::importer
