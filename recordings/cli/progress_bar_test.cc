#include "recordings/cli/progress_bar.h"

#include <doctest/doctest.h>

namespace enigma::recordings {

TEST_CASE("progress: the bar fills with what is done, and the rest is told at its pace") {
  CHECK(progress_text("sessions read", 3, 9, 2) == "3 of 9 sessions read, about 4 s left");
  CHECK(progress_bar("sessions read", 3, 9, 2) ==
        "[########----------------] 3 of 9 sessions read, about 4 s left");
  CHECK(progress_bar("neurons made", 1, 8000, 1).starts_with("[------------------------] 1 of"));
  CHECK(progress_bar("neurons made", 8, 8, 3) ==
        "[########################] 8 of 8 neurons made, about 0 s left");
}

}  // namespace enigma::recordings
