#include "model/feed_forward.h"

#include <ATen/ATen.h>

namespace enigma::model {

at::Tensor FeedForward::operator()(const at::Tensor& x) const {
  return down(at::silu(up(x)) * gate(x));
}

FeedForward make_feed_forward(ParameterSet& parameters, const std::string& name, int64_t width,
                              int64_t hidden, double std_in, double std_out) {
  FeedForward made;
  made.gate = make_matrix(parameters, name + ".gate_proj", width, hidden, std_in);
  made.up = make_matrix(parameters, name + ".up_proj", width, hidden, std_in);
  made.down = make_matrix(parameters, name + ".down_proj", hidden, width, std_out);
  return made;
}

}  // namespace enigma::model
