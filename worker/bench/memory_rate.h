// How fast memory is copied: the ceiling of everything that computes little.
#pragma once

namespace enigma::worker {

/// Bytes read and written a second by copies of a buffer far larger than the caches, with the
/// threads that training uses; the best over about 0.3 s.
double memory_bytes_per_s();

}  // namespace enigma::worker
