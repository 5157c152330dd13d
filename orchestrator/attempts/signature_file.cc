#include "orchestrator/attempts/signature_file.h"

#include "files/atomic_file.h"
#include "input/document.h"
#include "input/fields.h"

namespace enigma::attempts {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPatternBytesMax = 1000;

std::optional<std::regex> pattern_of(const Document& document, const std::string& text,
                                     const std::string& pointer,
                                     std::vector<Diagnostic>& diagnostics) {
  const auto refuse = [&](const std::string& why) {
    Diagnostic diagnostic = document.at(pointer, "the pattern cannot be used");
    diagnostic.expected = "a regular expression (ECMAScript) of at most 1000 bytes";
    diagnostic.found = why;
    diagnostics.push_back(diagnostic);
    return std::nullopt;
  };
  if (text.empty() || text.size() > kPatternBytesMax) {
    return refuse(std::to_string(text.size()) + " bytes");
  }
  try {
    return std::regex(text, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error& wrong) { return refuse(wrong.what()); }
}

void take(const Document& document, const Json& json, const std::string& pointer,
          decide::Signatures& table, std::vector<Diagnostic>& diagnostics) {
  Fields fields(document, json, pointer, diagnostics);
  fields.need("pattern", "a regular expression");
  fields.need("class", "a failure class");
  const auto pattern = fields.text("pattern");
  const auto name = fields.word("class", protocol::failure_class_names());
  const auto role = fields.word("role", {"root", "cascade"});
  fields.finish();
  if (!pattern || !name) { return; }
  auto regex = pattern_of(document, *pattern, child_pointer(pointer, "pattern"), diagnostics);
  table.push_back({{},
                   std::move(regex),
                   *protocol::failure_class_named(*name),
                   role == "cascade" ? decide::Role::cascade : decide::Role::root});
}

}  // namespace

Parsed<decide::Signatures> parse_signatures(std::string_view text, const std::string& file) {
  auto document = parse_document(text, file);
  Parsed<decide::Signatures> result{std::nullopt, std::move(document.diagnostics)};
  if (!document.ok()) { return result; }
  const Json& root = document.value->root;
  decide::Signatures table;
  if (!root.is_array()) {
    Diagnostic wrong = document.value->at("", "wrong type");
    wrong.expected = "a list of {pattern, class, role}";
    wrong.found = describe(root);
    result.diagnostics.push_back(wrong);
  }
  for (size_t i = 0; root.is_array() && i < root.size(); ++i) {
    take(*document.value, root[i], "/" + std::to_string(i), table, result.diagnostics);
  }
  if (!has_errors(result.diagnostics)) { result.value = std::move(table); }
  return result;
}

decide::Signatures signatures_of(const fs::path& store) {
  const fs::path file = store / "signatures.json";
  decide::Signatures all;
  if (fs::is_regular_file(file)) {
    auto own = parse_signatures(read_file(file, kDocumentBytesMax), file.string());
    if (!own.ok()) { throw InputError(own.diagnostics); }
    all = std::move(*own.value);
  }
  const auto& house = decide::house_signatures();
  all.insert(all.end(), house.begin(), house.end());
  return all;
}

}  // namespace enigma::attempts
