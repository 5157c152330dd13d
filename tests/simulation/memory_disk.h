// A file system in memory that SQLite can be opened on, and that loses what was not synced when
// its machine crashes: each unsynced write is kept or lost by chance, in any combination.
#pragma once

#include "tests/simulation/prng.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace enigma::simulation {

class MemoryDisk {
 public:
  explicit MemoryDisk(uint64_t seed);
  ~MemoryDisk();
  MemoryDisk(const MemoryDisk&) = delete;
  MemoryDisk& operator=(const MemoryDisk&) = delete;

  /// The name under which SQLite knows it.
  const std::string& name() const { return name_; }

  /// The machine loses power. Nobody may have a file open.
  void crash();
  /// Asked before each write: true ends the program that writes, which is then `dead`: nothing of
  /// it reaches the disk any more.
  std::function<bool()> dies;
  bool dead = false;
  /// While true, every write that would make a file longer fails as on a full disk.
  bool full = false;

  struct Write {
    int64_t offset = 0;
    std::string bytes;  ///< empty: a truncation to `offset`
    bool truncates = false;
  };
  struct File {
    std::string content, durable;
    std::vector<Write> unsynced;
    void apply(const Write& write);
    void sync();
  };
  std::map<std::string, File> files;
  Prng prng;
  /// Whether a write does not happen any more.
  bool ends_here() { return dead = dead || (dies && dies()); }

 private:
  struct Vfs;
  std::string name_;
  Vfs* vfs_;
};

}  // namespace enigma::simulation
