#include "recordings/format/digest.h"

#include "files/atomic_file.h"
#include "files/sha256.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace enigma::recordings {
namespace {

struct stat facts_of(const std::filesystem::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) {
    throw std::system_error(errno, std::generic_category(), file.string());
  }
  return facts;
}

}  // namespace

DigestCache::DigestCache(std::filesystem::path file) : file_(std::move(file)) {
  if (file_.empty() || !std::filesystem::exists(file_)) { return; }
  try {
    const auto stored = nlohmann::json::parse(read_file(file_));
    for (const auto& [path, entry] : stored.items()) {
      if (!entry.at(0).is_number_unsigned() || !entry.at(1).is_number_integer()) { continue; }
      const bool tells_inode = entry.size() > 3 && entry.at(3).is_number_unsigned();
      entries_[path] = {entry.at(0).get<uintmax_t>(), entry.at(1).get<int64_t>(),
                        tells_inode ? entry.at(3).get<uint64_t>() : 0,
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
  const struct stat facts = facts_of(file);
  const Entry now{static_cast<uintmax_t>(facts.st_size),
                  facts.st_mtim.tv_sec * int64_t{1'000'000'000} + facts.st_mtim.tv_nsec,
                  facts.st_ino,
                  {}};
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && found->second.size == now.size &&
        found->second.modified_ns == now.modified_ns && found->second.inode == now.inode) {
      return found->second.sha256;
    }
  }
  std::string hash = sha256_of_file(file);
  const std::lock_guard lock(mutex_);
  entries_[key] = {now.size, now.modified_ns, now.inode, hash};
  changed_ = true;
  return hash;
}

void DigestCache::save() {
  if (file_.empty() || !changed_) { return; }
  nlohmann::json stored = nlohmann::json::object();
  for (const auto& [path, entry] : entries_) {
    stored[path] = {entry.size, entry.modified_ns, entry.sha256, entry.inode};
  }
  std::filesystem::create_directories(std::filesystem::absolute(file_).parent_path());
  write_atomically(file_, stored.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  changed_ = false;
}

std::string digest_of(const FileTree& tree, DigestCache& cache) {
  std::string lines;
  for (const auto& [name, path] : tree.files) {
    lines += name + "\t" + std::to_string(std::filesystem::file_size(path)) + "\t" +
             cache.sha256_of(path) + "\n";
  }
  return sha256(lines);
}

std::string digest_of(const std::filesystem::path& session, DigestCache& cache) {
  return digest_of(files_below(session), cache);
}

}  // namespace enigma::recordings
