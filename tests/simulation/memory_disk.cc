#include "tests/simulation/memory_disk.h"

#include "diagnostics/check.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <sqlite3.h>

namespace enigma::simulation {
namespace {

struct OpenFile {
  sqlite3_file base;
  MemoryDisk* disk;
  MemoryDisk::File* file;
};

OpenFile& open_file(sqlite3_file* base) {
  return *reinterpret_cast<OpenFile*>(base);
}

void put(std::string& content, const MemoryDisk::Write& write) {
  if (write.truncates) {
    content.resize(static_cast<size_t>(write.offset));
    return;
  }
  const auto end = static_cast<size_t>(write.offset) + write.bytes.size();
  if (content.size() < end) { content.resize(end); }
  content.replace(static_cast<size_t>(write.offset), write.bytes.size(), write.bytes);
}

int close_file(sqlite3_file*) {
  return SQLITE_OK;
}

int read_file(sqlite3_file* base, void* into, int amount, sqlite3_int64 offset) {
  const std::string& content = open_file(base).file->content;
  const auto size = static_cast<sqlite3_int64>(content.size());
  const auto there = static_cast<size_t>(std::clamp<sqlite3_int64>(size - offset, 0, amount));
  std::memset(into, 0, static_cast<size_t>(amount));
  if (there > 0) { std::memcpy(into, content.data() + offset, there); }
  return there == static_cast<size_t>(amount) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* base, const void* from, int amount, sqlite3_int64 offset) {
  OpenFile& open = open_file(base);
  if (open.disk->ends_here()) { return SQLITE_IOERR_WRITE; }
  const bool grows = offset + amount > static_cast<sqlite3_int64>(open.file->content.size());
  if (open.disk->full && grows) { return SQLITE_FULL; }
  open.file->apply({offset, {static_cast<const char*>(from), static_cast<size_t>(amount)}, false});
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* base, sqlite3_int64 size) {
  if (open_file(base).disk->ends_here()) { return SQLITE_IOERR_TRUNCATE; }
  open_file(base).file->apply({size, "", true});
  return SQLITE_OK;
}

int sync_file(sqlite3_file* base, int) {
  if (open_file(base).disk->ends_here()) { return SQLITE_IOERR_FSYNC; }
  open_file(base).file->sync();
  return SQLITE_OK;
}

int size_of_file(sqlite3_file* base, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(open_file(base).file->content.size());
  return SQLITE_OK;
}

// One connection at a time: locks are always there.
int lock_file(sqlite3_file*, int) {
  return SQLITE_OK;
}
int is_reserved(sqlite3_file*, int* out) {
  *out = 0;
  return SQLITE_OK;
}
int control_file(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return 4096;
}
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods kMethods = {
    1,         close_file, read_file,   write_file,   truncate_file, sync_file,      size_of_file,
    lock_file, lock_file,  is_reserved, control_file, sector_size,   characteristics};

}  // namespace

struct MemoryDisk::Vfs {
  sqlite3_vfs base{};

  static MemoryDisk& disk_of(sqlite3_vfs* base) {
    return *static_cast<MemoryDisk*>(base->pAppData);
  }
  static int open(sqlite3_vfs* base, const char* name, sqlite3_file* file, int flags,
                  int* flags_out) {
    MemoryDisk& disk = disk_of(base);
    const std::string path = name == nullptr ? "temporary" : name;
    if ((flags & SQLITE_OPEN_CREATE) == 0 && !disk.files.contains(path)) { return SQLITE_CANTOPEN; }
    OpenFile& opened = open_file(file);
    opened.disk = &disk;
    opened.file = &disk.files[path];
    opened.base.pMethods = &kMethods;
    if (flags_out != nullptr) { *flags_out = flags; }
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* base, const char* name, int) {
    if (disk_of(base).ends_here()) { return SQLITE_IOERR_DELETE; }
    disk_of(base).files.erase(name);
    return SQLITE_OK;
  }
  static int access(sqlite3_vfs* base, const char* name, int, int* out) {
    *out = disk_of(base).files.contains(name) ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs* base, int size, char* out) {
    for (int i = 0; i < size; ++i) { out[i] = static_cast<char>(disk_of(base).prng.next()); }
    return size;
  }
  static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
  static int time_now(sqlite3_vfs*, double* days) {
    *days = 2460000.5;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

void MemoryDisk::File::apply(const Write& write) {
  put(content, write);
  unsynced.push_back(write);
}

void MemoryDisk::File::sync() {
  for (const Write& write : unsynced) { put(durable, write); }
  unsynced.clear();
}

MemoryDisk::MemoryDisk(uint64_t seed) : prng(seed), vfs_(new Vfs) {
  static std::atomic<int> count{0};
  name_ = "simulated-" + std::to_string(++count);
  sqlite3_vfs& base = vfs_->base;
  base.iVersion = 1;
  base.szOsFile = sizeof(OpenFile);
  base.mxPathname = 256;
  base.zName = name_.c_str();
  base.pAppData = this;
  base.xOpen = Vfs::open;
  base.xDelete = Vfs::remove;
  base.xAccess = Vfs::access;
  base.xFullPathname = Vfs::full_path;
  base.xRandomness = Vfs::randomness;
  base.xSleep = Vfs::sleep;
  base.xCurrentTime = Vfs::time_now;
  base.xGetLastError = Vfs::last_error;
  ENIGMA_CHECK(sqlite3_vfs_register(&base, 0) == SQLITE_OK, "a new name can be registered");
}

MemoryDisk::~MemoryDisk() {
  sqlite3_vfs_unregister(&vfs_->base);
  delete vfs_;
}

void MemoryDisk::crash() {
  for (auto& [path, file] : files) {
    for (const Write& write : file.unsynced) {
      if (prng.chance(0.5)) { put(file.durable, write); }
    }
    file.unsynced.clear();
    file.content = file.durable;
  }
}

}  // namespace enigma::simulation
