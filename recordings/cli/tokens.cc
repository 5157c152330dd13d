// enigma-data tokens: shards of tokens from text, or from a grammar whose entropy is known.
#include "files/mapped_file.h"
#include "recordings/cli/verbs.h"
#include "tokens/grammar.h"
#include "tokens/shard.h"

#include <fmt/format.h>

#include <bit>
#include <span>

namespace enigma::recordings::cli {
namespace {

namespace fs = std::filesystem;

/// Tokens of both shards, and what is said of them.
struct Source {
  std::vector<uint32_t> tokens;
  int64_t vocabulary = 256;
  std::string text;
  std::optional<double> entropy_nats;
};

Source bytes_of(const std::string& file) {
  const MappedFile mapped(existing(file));
  Source source{.text = "bytes of " + fs::path(file).filename().string()};
  for (const std::byte byte : mapped.bytes()) {
    source.tokens.push_back(std::to_integer<uint32_t>(byte));
  }
  return source;
}

tokens::Grammar grammar_of(const options::variables_map& values) {
  tokens::Grammar grammar{.vocabulary = values["vocabulary"].as<int64_t>(),
                          .order = values["order"].as<int64_t>(),
                          .exponent = values["exponent"].as<double>(),
                          .seed = static_cast<uint64_t>(values["seed"].as<int64_t>())};
  if (grammar.vocabulary < 2 || !std::has_single_bit(static_cast<uint64_t>(grammar.vocabulary))) {
    refuse_word("--vocabulary", "a power of two", std::to_string(grammar.vocabulary));
  }
  if (grammar.order < 1 || grammar.order > 16) {
    refuse_word("--order", "1 to 16", std::to_string(grammar.order));
  }
  if (!(grammar.exponent >= 0 && grammar.exponent <= 10)) {
    refuse_word("--exponent", "0 to 10", fmt::format("{}", grammar.exponent));
  }
  return grammar;
}

Source text_of(const options::variables_map& values, int64_t count) {
  const tokens::Grammar grammar = grammar_of(values);
  return {.tokens = tokens::text_of(grammar, 0, count),
          .vocabulary = grammar.vocabulary,
          .text = fmt::format("grammar: vocabulary {}, order {}, exponent {}, seed {}",
                              grammar.vocabulary, grammar.order, grammar.exponent, grammar.seed),
          .entropy_nats = tokens::entropy_nats(grammar)};
}

options::options_description tokens_options() {
  const tokens::Grammar usual;
  options::options_description known("Options");
  known.add_options()("out", options::value<std::string>(), "folder to write shards in")(
      "held-out", options::value<int64_t>()->default_value(1 << 17),
      "last tokens, which become the shard 'test'; those before them are 'train'")(
      "tokens", options::value<int64_t>()->default_value(1 << 23),
      "of the grammar, without those held out")(
      "vocabulary", options::value<int64_t>()->default_value(usual.vocabulary),
      "of the grammar, a power of two")("order",
                                        options::value<int64_t>()->default_value(usual.order),
                                        "most tokens that the next one depends on")(
      "exponent", options::value<double>()->default_value(usual.exponent, "1.5"),
      "of the probabilities by rank")("seed", options::value<int64_t>()->default_value(1),
                                      "which grammar");
  return known;
}

nlohmann::ordered_json write(const fs::path& out, const char* name,
                             std::span<const uint32_t> tokens, const Source& source) {
  tokens::write_shard(out, name, tokens, source.vocabulary, source.text, source.entropy_nats);
  return {{"name", name},
          {"path", (out / (std::string(name) + ".safetensors")).string()},
          {"tokens", tokens.size()},
          {"vocabulary", source.vocabulary},
          {"entropy_nats", source.entropy_nats ? nlohmann::ordered_json(*source.entropy_nats)
                                               : nlohmann::ordered_json()},
          {"source", source.text}};
}

}  // namespace

int tokens(const Call& call) {
  const auto parsed = parse(call, "tokens [FILE] --out DIR [options]", tokens_options(), "FILE",
                            "text whose bytes are the tokens (default: a grammar's text)");
  if (!parsed) { return kDone; }
  const auto& values = *parsed;
  const fs::path out = required(values, "out");
  const int64_t held_out = values["held-out"].as<int64_t>(),
                wanted = values["tokens"].as<int64_t>();
  if (held_out < 2) { refuse_word("--held-out", "at least 2", std::to_string(held_out)); }
  if (wanted < 2) { refuse_word("--tokens", "at least 2", std::to_string(wanted)); }
  const Source source = values.count("FILE") > 0 ? bytes_of(values["FILE"].as<std::string>())
                                                 : text_of(values, wanted + held_out);
  if (static_cast<int64_t>(source.tokens.size()) < held_out + 2) {
    refuse_word("FILE", fmt::format("more than the {} tokens held out", held_out),
                fmt::format("{} tokens", source.tokens.size()));
  }
  const std::span<const uint32_t> all(source.tokens);
  const size_t first = all.size() - static_cast<size_t>(held_out);
  auto shards = nlohmann::ordered_json::array();
  shards.push_back(write(out, "train", all.first(first), source));
  shards.push_back(write(out, "test", all.subspan(first), source));
  if (call.json) {
    print_document(call, {{"shards", std::move(shards)}});
    return kDone;
  }
  const std::string entropy =
      source.entropy_nats ? fmt::format("; entropy {:.6f} nats a token", *source.entropy_nats) : "";
  fmt::print("{}: {} tokens to train on, {} held out; {}{}\n", out.string(), first, held_out,
             source.text, entropy);
  return kDone;
}

}  // namespace enigma::recordings::cli
