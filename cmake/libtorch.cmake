# LibTorch 2.11 as imported targets (find_package(Torch) stops without a CUDA toolkit).
# Looked for in this order: -DENIGMA_LIBTORCH=DIR (a folder with lib/ and include/), the folder that
# cmake/setup.sh fills (ENIGMA_CACHE, or enigma-sweep in the user's cache), a Python's torch. Only
# 2.11.* is taken.
set(ENIGMA_LIBTORCH "" CACHE PATH "Folder with LibTorch's lib/ and include/")

function(enigma_torch_version folder out)
  set(version "")
  set(header ${folder}/include/torch/headeronly/version.h)
  if(EXISTS ${header})
    foreach(part MAJOR MINOR PATCH)
      file(STRINGS ${header} line REGEX "define TORCH_VERSION_${part} ")
      string(REGEX MATCH "[0-9]+$" number "${line}")
      list(APPEND version ${number})
    endforeach()
    list(JOIN version "." version)
  endif()
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

function(enigma_find_torch out)
  if(ENIGMA_LIBTORCH)
    set(${out} ${ENIGMA_LIBTORCH} PARENT_SCOPE)
    return()
  endif()
  set(cache $ENV{ENIGMA_CACHE})
  if(NOT cache AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(cache $ENV{XDG_CACHE_HOME}/enigma-sweep)
  elseif(NOT cache)
    set(cache $ENV{HOME}/.cache/enigma-sweep)
  endif()
  if(EXISTS ${cache}/libtorch-2.11.0/torch/lib/libtorch_cpu.so)
    set(${out} ${cache}/libtorch-2.11.0/torch PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND python3 -c "import torch, os; print(os.path.dirname(torch.__file__))"
                  OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

enigma_find_torch(torch_folder)
if(NOT torch_folder)
  message(FATAL_ERROR "LibTorch 2.11 not found: run cmake/setup.sh, or give -DENIGMA_LIBTORCH=DIR, "
                      "or -DENIGMA_WORKER=OFF for the control plane alone")
endif()
enigma_torch_version(${torch_folder} torch_version)
if(NOT torch_version MATCHES "^2\\.11\\.")
  message(FATAL_ERROR "LibTorch 2.11.* is needed, ${torch_folder} holds '${torch_version}'")
endif()
message(STATUS "LibTorch ${torch_version}: ${torch_folder}")
set(ENIGMA_LIBTORCH_FOLDER ${torch_folder} CACHE INTERNAL "Where LibTorch was found")

foreach(library c10 torch_cpu)
  add_library(${library} SHARED IMPORTED)
  set_target_properties(${library} PROPERTIES
    IMPORTED_LOCATION ${torch_folder}/lib/lib${library}.so
    INTERFACE_INCLUDE_DIRECTORIES
      "${torch_folder}/include;${torch_folder}/include/torch/csrc/api/include"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES
      "${torch_folder}/include;${torch_folder}/include/torch/csrc/api/include"
    INTERFACE_LINK_OPTIONS "-Wl,--allow-shlib-undefined")
endforeach()
target_link_libraries(torch_cpu INTERFACE c10)

# ATen's headers take seconds to read: once for the rooms, and once for the tests, which have options of their own.
enigma_precompiled(torch LINKS torch_cpu nlohmann_json::nlohmann_json HEADERS <ATen/ATen.h> <nlohmann/json.hpp>)
enigma_precompiled(torch_tests LINKS torch_cpu nlohmann_json::nlohmann_json
  HEADERS <ATen/ATen.h> <nlohmann/json.hpp> OPTIONS $<$<CONFIG:RelWithDebInfo>:-O0>)

function(enigma_use_torch_headers) # ROOM…
  foreach(room ${ARGN})
    enigma_use_precompiled(torch enigma_${room})
    if(TARGET enigma_${room}_test)
      enigma_use_precompiled(torch_tests enigma_${room}_test)
    endif()
  endforeach()
endfunction()
