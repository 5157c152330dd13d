// enigma-sweep serve: the controller as a daemon.

#include "orchestrator/serve/serve.h"

#include "orchestrator/call/background.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/serve/door.h"

#include <cstdio>
#include <sys/stat.h>
#include <unistd.h>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;

// One left behind by `submit` goes when there is nothing to do.
constexpr double kBackgroundIdle_s = 60;

po::options_description known_options() {
  po::options_description options("serve");
  options.add_options()("port", po::value<int>(), "listen on this port (default: any free one)")(
      "address", po::value<std::string>()->default_value("127.0.0.1"), "listen on this address")(
      "slots", po::value<int64_t>()->default_value(0), "runs at once (default: one a core)")(
      "report-url", po::value<std::string>()->default_value(""),
      "jobs of a cluster post their reports here, too (http://HOST:PORT as nodes reach this "
      "controller; default: the shared file system alone brings them)")(
      "background", po::bool_switch(), "end a minute after nothing is running or waiting")(
      "link", po::bool_switch(), "print the link to the page of the controller that runs already");
  return options;
}

void check_report_url(const std::string& url) {
  const bool is_url = url.starts_with("http://") || url.starts_with("https://");
  if (url.empty() || is_url) { return; }
  throw InputError({{.message = "--report-url is no URL",
                     .expected = "http://HOST:PORT, as nodes reach this controller",
                     .found = url}});
}

/// The link lets anybody in: it is printed for a person who reads it, and not into a log.
void print_link(const std::string& link) {
  struct stat out {};
  const bool is_file = ::fstat(STDOUT_FILENO, &out) == 0 && S_ISREG(out.st_mode);
  if (is_file) { return; }
  std::printf("page: %s\n", link.c_str());
  std::fflush(stdout);
}

int print_link_of_running(const std::filesystem::path& store) {
  const Address address = controller_of(store);
  std::printf("%s\n", link_of(address.url, address.secret).c_str());
  return kDone;
}

}  // namespace

int serve(const Invocation& invocation) {
  const auto values = parse_options(invocation, "serve [options]", known_options());
  if (!values) { return kDone; }
  ServeOptions options;
  options.store = std::filesystem::absolute(invocation.store);
  if ((*values)["link"].as<bool>()) { return print_link_of_running(options.store); }
  options.programs = invocation.program.parent_path();
  options.address = (*values)["address"].as<std::string>();
  options.slots = (*values)["slots"].as<int64_t>();
  options.report_url = (*values)["report-url"].as<std::string>();
  check_report_url(options.report_url);
  if (values->count("port") != 0) {
    const int port = (*values)["port"].as<int>();
    if (port < 0 || port > 65535) {
      Diagnostic wrong;
      wrong.message = "--port is out of range";
      wrong.expected = "0 to 65535";
      wrong.found = std::to_string(port);
      throw InputError({wrong});
    }
    options.port = static_cast<uint16_t>(port);
  }
  if ((*values)["background"].as<bool>()) {
    options.idle_s = kBackgroundIdle_s;
  } else {
    options.tell_link = print_link;
  }
  enigma::serve(options);
  return kDone;
}

}  // namespace enigma::cli
