#include "recordings/digest.h"

#include "files/atomic_file.h"
#include "files/sha256.h"

#include <nlohmann/json.hpp>

#include <utility>
#include <vector>

namespace enigma::recordings {
namespace {

int64_t modified_ns(const std::filesystem::path& file) {
  const auto time = std::filesystem::last_write_time(file).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

}  // namespace

DigestCache::DigestCache(std::filesystem::path file) : file_(std::move(file)) {
  if (file_.empty() || !std::filesystem::exists(file_)) return;
  try {
    const auto stored = nlohmann::json::parse(read_file(file_));
    for (const auto& [path, entry] : stored.items()) {
      if (!entry.at(0).is_number_unsigned() || !entry.at(1).is_number_integer()) continue;
      entries_[path] = {entry.at(0).get<uintmax_t>(), entry.at(1).get<int64_t>(),
                        entry.at(2).get<std::string>()};
    }
  } catch (const std::exception&) {  // a torn or foreign file: hash again
    entries_.clear();
  }
}

std::string DigestCache::recorded(const std::filesystem::path& file) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(std::filesystem::absolute(file).lexically_normal().string());
  return found == entries_.end() ? "" : found->second.sha256;
}

std::string DigestCache::sha256_of(const std::filesystem::path& file) {
  const std::string key = std::filesystem::absolute(file).lexically_normal().string();
  const uintmax_t size = std::filesystem::file_size(file);
  const int64_t modified = modified_ns(file);
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && found->second.size == size &&
        found->second.modified_ns == modified)
      return found->second.sha256;
  }
  std::string hash = sha256_of_file(file);
  const std::lock_guard lock(mutex_);
  entries_[key] = {size, modified, hash};
  changed_ = true;
  return hash;
}

void DigestCache::save() {
  if (file_.empty() || !changed_) return;
  nlohmann::json stored = nlohmann::json::object();
  for (const auto& [path, entry] : entries_)
    stored[path] = {entry.size, entry.modified_ns, entry.sha256};
  std::filesystem::create_directories(std::filesystem::absolute(file_).parent_path());
  write_atomically(file_, stored.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  changed_ = false;
}

std::string digest_of(const std::filesystem::path& session, DigestCache& cache) {
  std::map<std::string, std::filesystem::path> files;
  std::error_code unknown;  // of links that lead nowhere
  for (const auto& entry : std::filesystem::recursive_directory_iterator(session))
    if (entry.is_regular_file(unknown))
      files.emplace(entry.path().lexically_relative(session).generic_string(), entry.path());
  std::string lines;
  for (const auto& [name, path] : files)
    lines += name + "\t" + std::to_string(std::filesystem::file_size(path)) + "\t" +
             cache.sha256_of(path) + "\n";
  return sha256(lines);
}

}  // namespace enigma::recordings
