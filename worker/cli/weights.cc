// enigma-worker export-weights and import-weights.
#include "worker/weights.h"

#include "worker/cli/verbs.h"

#include <cstdio>

namespace enigma::worker {
namespace {

namespace po = boost::program_options;

/// One word without a dash, and --out.
std::optional<po::variables_map> parse(const cli::Call& call, const std::string& usage,
                                       const char* word, const char* out) {
  po::options_description known("Options");
  known.add_options()("out", po::value<std::string>(), out);
  po::positional_options_description positional;
  positional.add(word, 1);
  known.add_options()(word, po::value<std::string>(), "");
  return cli::parse_options(call, usage, known, positional);
}

}  // namespace

int export_weights(const cli::Call& call) {
  const auto values = parse(call, "export-weights CHECKPOINT --out FILE", "CHECKPOINT",
                            "safetensors file to write");
  if (!values) { return cli::kDone; }
  const std::string out = cli::required(*values, "out");
  const int64_t count = export_weights(cli::required(*values, "CHECKPOINT"), out);
  std::printf("%s: %lld tensors\n", out.c_str(), static_cast<long long>(count));
  return cli::kDone;
}

int import_weights(const cli::Call& call) {
  const auto values = parse(call, "import-weights FILE --out DIR", "FILE",
                            "folder to write a checkpoint in: ENIGMA_START of a run");
  if (!values) { return cli::kDone; }
  const auto folder = import_weights(cli::required(*values, "FILE"), cli::required(*values, "out"));
  std::printf("%s\n", folder.c_str());
  return cli::kDone;
}

}  // namespace enigma::worker
