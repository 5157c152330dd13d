// What a step is made of.
#pragma once

namespace enigma::worker {

enum class Part {
  data,           ///< waiting for the batch
  forward,        ///< the model and its loss
  backward,       ///< gradients
  communication,  ///< waiting for other ranks, whatever for
  optimizer,      ///< norms and steps of the parameters
  checkpoint,     ///< what a checkpoint holds up of the training
  evaluation,     ///< scores
};
const char* name_of(Part part);

}  // namespace enigma::worker
