// enigma-worker forward: stored weights on stored inputs, results by name.
#include "files/atomic_file.h"
#include "worker/brain/fixture.h"
#include "worker/causal/fixture.h"
#include "worker/cli/verbs.h"

#include <ATen/Parallel.h>

#include <map>

namespace enigma::worker {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

const std::map<std::string, at::ScalarType>& types() {
  static const std::map<std::string, at::ScalarType> known = {{"float32", at::kFloat},
                                                              {"float64", at::kDouble}};
  return known;
}

po::options_description options() {
  po::options_description known("Options");
  known.add_options()("fixtures", po::value<std::string>(), "description of weights and cases")(
      "case", po::value<std::string>(), "CONFIG/CASE of it, or NAME of a causal one")(
      "dir", po::value<std::vector<std::string>>()->default_value({}, "beside the description"),
      "folder of its tensors; may stand more than once")("backward", po::bool_switch(),
                                                         "gradients, too")(
      "steps", po::value<int64_t>()->default_value(0), "of the optimiser on the same batch")(
      "dtype", po::value<std::string>()->default_value("float32"), "float32 or float64")(
      "out", po::value<std::string>(), "safetensors file to write");
  return known;
}

nlohmann::json read_fixtures(const fs::path& file) {
  const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
  if (json.is_object()) { return json; }
  throw InputError({{.file = file.string(), .message = "not a JSON object"}});
}

FixtureRequest request_of(const po::variables_map& values) {
  FixtureRequest request{.file = cli::required(values, "fixtures")};
  request.fixtures = read_fixtures(request.file);
  request.name = cli::required(values, "case");
  for (const std::string& folder : values["dir"].as<std::vector<std::string>>()) {
    request.folders.emplace_back(folder);
  }
  request.folders.push_back(request.file.parent_path());
  request.backward = values["backward"].as<bool>();
  request.steps = values["steps"].as<int64_t>();
  const auto type = types().find(values["dtype"].as<std::string>());
  if (type == types().end()) {
    throw InputError({{.file = "command line",
                       .message = "unknown --dtype",
                       .expected = "float32 or float64",
                       .found = values["dtype"].as<std::string>()}});
  }
  request.type = type->second;
  return request;
}

model::Tensors results_of(const FixtureRequest& request) {
  if (has_brain_case(request.fixtures, request.name)) { return brain_fixture(request); }
  if (has_causal_case(request.fixtures, request.name)) { return causal_fixture(request); }
  throw InputError({{.file = request.file.string(),
                     .message = "there is no case '" + request.name + "'",
                     .expected = "CONFIG/CASE, or NAME of the causal ones"}});
}

}  // namespace

int forward(const cli::Call& call) {
  const auto values = cli::parse_options(
      call, "forward --fixtures FILE --case CONFIG/CASE --out FILE [options]", options());
  if (!values) { return cli::kDone; }
  at::set_num_threads(1);
  const std::string out = cli::required(*values, "out");
  const FixtureRequest request = request_of(*values);
  try {
    model::write_tensors(out, results_of(request));
  } catch (const nlohmann::json::exception& error) {
    throw InputError({{.file = request.file.string(),
                       .message = std::string("a value of the wrong kind: ") + error.what()}});
  }
  return cli::kDone;
}

}  // namespace enigma::worker
