// enigma-import: reads one session for enigma-data, in a process of its own under limits. Its one
// argument is a ReaderOrder as JSON; it reports on standard output, one line each:
//   progress DONE TOTAL
//   result {"diagnostics": […], "fault": "…"}
#include "diagnostics/diagnostic.h"
#include "recordings/format/problem.h"
#include "recordings/import/finished_session.h"
#include "recordings/import/nwb/nwb.h"
#include "recordings/import/reader_process.h"
#include "recordings/import/sensorium/sensorium.h"
#include "recordings/import/video/video.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <new>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace enigma::recordings::importer::reader {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kShadowMemory = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kShadowMemory = true;
#else
constexpr bool kShadowMemory = false;
#endif
#else
constexpr bool kShadowMemory = false;
#endif

void limit(int resource, int64_t most) {
  const rlimit bound = {static_cast<rlim_t>(most), static_cast<rlim_t>(most)};
  if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &bound) != 0) {
    throw std::system_error(errno, std::generic_category(), "setrlimit");
  }
}

// The address sanitizer maps terabytes that it never touches: under it memory has no bound.
void take_limits(const ReaderLimits& limits) {
  if (!kShadowMemory) { limit(RLIMIT_AS, limits.memory_bytes); }
  limit(RLIMIT_CPU, limits.time_s);
  limit(RLIMIT_CORE, 0);
  ::signal(SIGXFSZ, SIG_IGN);  // a limit on files is then an error of the write, with its path
  ::alarm(static_cast<unsigned>(limits.time_s));
}

// A reader that outlived its parent would write into a folder that a new one has begun.
void end_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) { std::_Exit(1); }
}

SessionRecord read_session(ImportFormat format, const ReadRequest& request) {
  switch (format) {
    case ImportFormat::sensorium2022:
      return importer::sensorium::read_sensorium(request,
                                                 importer::sensorium::SensoriumYear::static_2022);
    case ImportFormat::sensorium2023:
      return importer::sensorium::read_sensorium(request,
                                                 importer::sensorium::SensoriumYear::dynamic_2023);
    case ImportFormat::nwb:
      return importer::nwb::read_nwb(request);
    case ImportFormat::video:
      break;
  }
  return importer::video::read_video_file(request);
}

void read_and_finish(const ReaderOrder& order) {
  ReadRequest request{order.source.path, order.session, order.source.name, order.options,
                      [](int64_t done, int64_t total) {
                        fmt::print("progress {} {}\n", done, total);
                        std::fflush(stdout);
                      }};
  const auto provenance = provenance_of(order.format, order.options, order.source.path);
  const SessionRecord record = read_session(order.format, request);
  finish_session(order.session, provenance, record);
}

int report(const std::vector<Diagnostic>& diagnostics, const std::string& fault) {
  const nlohmann::ordered_json result = {{"diagnostics", to_json(diagnostics)}, {"fault", fault}};
  fmt::print("result {}\n",
             result.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  return diagnostics.empty() && fault.empty() ? 0 : 1;
}

int run(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text);
  const ReaderOrder order = reader_order_of(json);
  end_with(json.at("parent"));
  take_limits(order.limits);
  try {
    read_and_finish(order);
    return report({}, "");
  } catch (const InputError& error) {
    return report(error.diagnostics(), "");
  } catch (const std::bad_alloc&) {
    Diagnostic d = problem_in(order.source.path, "", "reading needs more memory than it may have",
                              fmt::format("{} MiB", order.limits.memory_bytes >> 20), "");
    d.suggestion = "give more with --memory-limit-mb where the file is really that large";
    return report({d}, "");
  } catch (const std::length_error& error) {
    return report({problem_in(order.source.path, "", error.what(), "", "")}, "");
  } catch (const std::exception& error) { return report({}, error.what()); }
}

}  // namespace
}  // namespace enigma::recordings::importer::reader

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("enigma-import is started by enigma-data import\n", stderr);
    return 2;
  }
  return enigma::recordings::importer::reader::run(argv[1]);
}
