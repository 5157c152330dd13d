// A pipe whose ends no other program inherits unless it is given one.
#pragma once

namespace enigma {

class Pipe {
 public:
  /// Throws std::system_error where the system has no more descriptors.
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int read_end() const { return read_; }
  int write_end() const { return write_; }
  bool is_readable() const { return read_ >= 0; }
  void close_read();
  void close_write();

 private:
  int read_ = -1, write_ = -1;
};

}  // namespace enigma
