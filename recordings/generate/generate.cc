#include "recordings/generate/generate.h"

#include "files/atomic_file.h"
#include "recordings/format/document.h"
#include "recordings/generate/mouse.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>

namespace enigma::recordings::generate {
namespace {

constexpr int64_t kSessionsMax = 999, kNeuronsMax = 100'000;
constexpr double kMinutesMax = 600, kMinutesMin = 40.0 / 60;

Diagnostic out_of_range(const char* option, const std::string& expected, const std::string& found) {
  Diagnostic d;
  d.pointer = option;
  d.message = "number is out of range";
  d.expected = expected;
  d.found = found;
  return d;
}

std::vector<Diagnostic> check_numbers(const GenerateOptions& o) {
  std::vector<Diagnostic> wrong;
  const auto check = [&](const char* option, int64_t value, int64_t most) {
    if (value < 1 || value > most) {
      wrong.push_back(out_of_range(option, fmt::format("1 to {}", most), std::to_string(value)));
    }
  };
  check("--sessions", o.sessions, kSessionsMax);
  if (wrong.empty()) { check("--animals", o.animals, o.sessions); }
  check("--neurons", o.neurons, kNeuronsMax);
  if (!(o.minutes >= kMinutesMin && o.minutes <= kMinutesMax)) {
    wrong.push_back(out_of_range("--minutes", fmt::format("{:.2f} to {}", kMinutesMin, kMinutesMax),
                                 fmt::format("{}", o.minutes)));
  }
  const std::vector<Diagnostic> features = range_errors(o.features);
  wrong.insert(wrong.end(), features.begin(), features.end());
  return wrong;
}

bool stands_already(const std::filesystem::path& folder, const MouseSettings& settings,
                    std::vector<Diagnostic>& wrong) {
  if (!std::filesystem::exists(folder)) { return false; }
  const Parsed<nlohmann::json> meta = read_json(folder / "meta.json");
  const nlohmann::json same = meta_of(settings);
  if (meta.ok() && *meta.value == same) { return true; }
  Diagnostic d;
  d.file = folder.string();
  d.message = "a session of this name was made with other settings";
  d.expected = same["generated"].dump();
  if (meta.ok() && meta.value->contains("generated")) {
    d.found = (*meta.value)["generated"].dump();
  }
  d.suggestion = "choose another --out, or remove the folder";
  wrong.push_back(std::move(d));
  return false;
}

// A killed run leaves only a hidden folder that is no session; the next run begins it anew.
nlohmann::ordered_json make(const std::filesystem::path& folder, const MouseSettings& settings,
                            const std::function<void()>& neuron_done) {
  const auto aside = folder.parent_path() / ("." + folder.filename().string() + ".partial");
  std::filesystem::remove_all(aside);
  std::filesystem::create_directories(aside);
  try {
    const MouseRecording recording = record_mouse(settings, neuron_done);
    write_mouse(recording, settings, aside);
    std::filesystem::rename(aside, folder);
    sync_folder(folder.parent_path());
    return to_json(recording.ceiling);
  } catch (...) {  // leave no half of a session behind, whatever went wrong
    std::error_code ignored;
    std::filesystem::remove_all(aside, ignored);
    throw;
  }
}

}  // namespace

std::vector<GeneratedSession> generate(const GenerateOptions& options) {
  std::vector<Diagnostic> wrong = check_numbers(options);
  if (!wrong.empty()) { throw InputError(std::move(wrong)); }
  std::vector<GeneratedSession> sessions;
  std::vector<MouseSettings> settings;
  for (int64_t i = 0; i < options.sessions; ++i) {
    settings.push_back(
        {options.seed, i, i % options.animals, options.neurons, options.minutes, options.features});
    GeneratedSession session;
    session.name = name_of(settings.back());
    session.path = options.out / session.name;
    session.made = !stands_already(session.path, settings.back(), wrong);
    sessions.push_back(std::move(session));
  }
  if (!wrong.empty()) { throw InputError(std::move(wrong)); }
  const auto to_make = std::count_if(sessions.begin(), sessions.end(),
                                     [](const GeneratedSession& s) { return s.made; });
  int64_t done = 0;
  const auto neuron_done = [&] {
    ++done;
    if (options.progress != nullptr) { options.progress(done, to_make * options.neurons); }
  };
  for (size_t i = 0; i < sessions.size(); ++i) {
    GeneratedSession& session = sessions[i];
    if (session.made) {
      session.ceiling = make(session.path, settings[i], neuron_done);
    } else {
      session.ceiling = nlohmann::ordered_json::parse(read_file(session.path / "ceiling.json"));
    }
  }
  return sessions;
}

}  // namespace enigma::recordings::generate
