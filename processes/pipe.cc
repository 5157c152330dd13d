#include "processes/pipe.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace enigma {
namespace {

void close_end(int& end) {
  if (end >= 0) { ::close(end); }
  end = -1;
}

}  // namespace

Pipe::Pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  read_ = ends[0];
  write_ = ends[1];
}

Pipe::~Pipe() {
  close_read();
  close_write();
}

void Pipe::close_read() {
  close_end(read_);
}

void Pipe::close_write() {
  close_end(write_);
}

}  // namespace enigma
