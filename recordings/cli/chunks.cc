// enigma-data chunks: where chunks of an experiment may start, and what some of them hold.
#include "recordings/query/chunks.h"

#include "recordings/cli/tensors.h"
#include "recordings/cli/verbs.h"
#include "recordings/format/document.h"
#include "recordings/format/problem.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <utility>

namespace enigma::recordings::cli {
namespace {

std::vector<int64_t> indices_in(std::string_view list) {
  std::vector<int64_t> indices;
  for (const char* at = list.data(); at <= list.data() + list.size();) {
    int64_t index = 0;
    const auto [end, error] = std::from_chars(at, list.data() + list.size(), index);
    const bool whole = end == list.data() + list.size() || *end == ',';
    if (error != std::errc() || !whole) {
      refuse_word("--samples", "numbers with commas between them", std::string(list));
    }
    indices.push_back(index);
    at = end + 1;
  }
  return indices;
}

void write_samples(const query::Chunks& chunks, const std::string& list, const std::string& file) {
  Tensors tensors;
  for (int64_t index : indices_in(list)) {
    for (auto& [name, answer] : taken(query::read_chunk(chunks, index))) {
      tensors[std::to_string(index) + "/" + name] = tensor_of(std::move(answer));
    }
  }
  write_tensors(file, tensors);
}

options::options_description chunks_options() {
  options::options_description known("Options");
  known.add_options()("config", options::value<std::string>()->required(),
                      "JSON file {args, modality_config}")(
      "samples", options::value<std::string>()->default_value(""), "chunks to read: I[,J…]")(
      "out", options::value<std::string>()->default_value(""),
      "safetensors file: I/<tensor name> of those");
  return known;
}

}  // namespace

int chunks(const Call& call) {
  const auto parsed = parse(call, "chunks EXPERIMENT [options]", chunks_options(), "EXPERIMENT",
                            "the folder of one session");
  if (!parsed) { return kDone; }
  const auto& values = *parsed;
  const std::string experiment = existing(required(values, "EXPERIMENT"));
  const std::string config = existing(values["config"].as<std::string>());
  const std::string samples = values["samples"].as<std::string>();
  const std::string out = values["out"].as<std::string>();
  if (samples.empty() != out.empty()) {
    refuse_word(samples.empty() ? "--out" : "--samples", "--samples and --out together",
                "one of them");
  }
  const query::Chunks opened = taken(query::open_chunks(
      experiment, taken(query::read_chunk_config(taken(read_json(config)), config))));
  if (!samples.empty()) { write_samples(opened, samples, out); }
  if (call.json) {
    print_document(call, description_of(opened));
  } else {
    fmt::print("{} chunks ({} valid starts) between {:g} and {:g} s\n", opened.start_indices.size(),
               opened.valid_starts, opened.start_s, opened.end_s);
  }
  return kDone;
}

}  // namespace enigma::recordings::cli
