#include "files/mapped_file.h"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace enigma {
namespace {

constexpr size_t kSmallBytes = 64 << 10;

std::atomic<int64_t> maps_held = 0;

int64_t maps_granted() {
  int64_t count = 65530;  // Linux's own, where it does not tell
  std::ifstream("/proc/sys/vm/max_map_count") >> count;
  return count;
}

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
  throw std::system_error(error, std::generic_category(), path.string());
}

struct Descriptor {
  int number;
  ~Descriptor() { ::close(number); }
};

std::vector<std::byte> read_whole(int file, size_t length, const std::filesystem::path& path) {
  std::vector<std::byte> bytes(length);
  size_t done = 0;
  while (done < length) {
    const ssize_t count = ::read(file, bytes.data() + done, length - done);
    if (count < 0 && errno == EINTR) { continue; }
    if (count < 0) { fail(path, errno); }
    if (count == 0) { break; }
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) { fail(path, errno); }
  struct stat facts {};
  if (::fstat(file.number, &facts) != 0) { fail(path, errno); }
  if (!S_ISREG(facts.st_mode)) { fail(path, S_ISDIR(facts.st_mode) ? EISDIR : EINVAL); }
  length_ = static_cast<size_t>(facts.st_size);
  if (length_ <= kSmallBytes) {
    small_ = read_whole(file.number, length_, path);
    return;
  }
  void* const place = ::mmap(nullptr, length_, PROT_READ, MAP_SHARED, file.number, 0);
  if (place == MAP_FAILED) { fail(path, errno); }
  mapped_ = place;
  ++maps_held;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : mapped_(std::exchange(other.mapped_, nullptr)),
      length_(other.length_),
      small_(std::move(other.small_)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(mapped_, other.mapped_);
  std::swap(length_, other.length_);
  std::swap(small_, other.small_);
  return *this;
}

MappedFile::~MappedFile() {
  if (mapped_ == nullptr) { return; }
  ::munmap(mapped_, length_);
  --maps_held;
}

bool MappedFile::scarce() {
  static const int64_t enough = maps_granted() / 2;
  return maps_held >= enough;
}

std::span<const std::byte> MappedFile::bytes() const {
  if (mapped_ == nullptr) { return small_; }
  return {static_cast<const std::byte*>(mapped_), length_};
}

void MappedFile::expect(const std::byte* from, size_t count) const {
  if (mapped_ == nullptr || count == 0) { return; }
  static const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const uintptr_t begin = reinterpret_cast<uintptr_t>(from) / page * page;
  // A hint: where the system refuses it, the pages come when they are read.
  ::madvise(reinterpret_cast<void*>(begin), reinterpret_cast<uintptr_t>(from) + count - begin,
            MADV_WILLNEED);
}

}  // namespace enigma
