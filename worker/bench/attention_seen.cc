#include "worker/bench/attention_seen.h"

#include <ATen/record_function.h>

#include <memory>

namespace enigma::worker {
namespace {

constexpr const char* kPrefix = "aten::_scaled_dot_product_";

std::set<std::string>*& listener() {
  thread_local std::set<std::string>* names = nullptr;
  return names;
}

// The operators behind at::scaled_dot_product_attention are told apart by their names.
std::unique_ptr<at::ObserverContext> note(const at::RecordFunction& call) {
  const std::string name = call.name();
  if (listener() != nullptr && name.starts_with(kPrefix)) {
    listener()->insert(name.substr(std::char_traits<char>::length(kPrefix)));
  }
  return nullptr;
}

}  // namespace

AttentionSeen::AttentionSeen()
    : handle_(at::addThreadLocalCallback(
          at::RecordFunctionCallback(&note).scopes({at::RecordScope::FUNCTION}))) {
  listener() = &names_;
}

AttentionSeen::~AttentionSeen() {
  at::removeCallback(handle_);
  listener() = nullptr;
}

std::string AttentionSeen::text() const {
  std::string text;
  for (const std::string& name : names_) { text += (text.empty() ? "" : " + ") + name; }
  return text.empty() ? "none" : text;
}

}  // namespace enigma::worker
