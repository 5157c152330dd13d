# What users run, where `cmake --install` puts it: bin/ and share/enigma-sweep/. The worker stands in libexec/;
# bin/enigma-worker finds LibTorch for it: ENIGMA_LIBTORCH, else lib/torch beside. Libraries are looked for in
# lib/ first (DT_RPATH, which libraries' own needs follow, too): cmake/bundle.sh fills it.
foreach(program enigma-sweep enigma-data enigma-import enigma-launch enigma-worker)
  if(TARGET ${program})
    set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
    target_link_options(${program} PRIVATE LINKER:--disable-new-dtags)
  endif()
endforeach()
install(TARGETS enigma-sweep enigma-data enigma-import enigma-launch RUNTIME DESTINATION bin)
if(ENIGMA_WORKER)
  install(TARGETS enigma-worker RUNTIME DESTINATION libexec)
  install(PROGRAMS ${PROJECT_SOURCE_DIR}/cmake/enigma-worker.sh DESTINATION bin RENAME enigma-worker)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/ DESTINATION share/enigma-sweep
        FILES_MATCHING PATTERN "*.json")
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION share/enigma-sweep)
