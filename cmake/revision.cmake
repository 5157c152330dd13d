# enigma_name_revision(SOURCE): the revision is a definition of that source alone, so that a new commit rebuilds nothing else.
execute_process(COMMAND git describe --always --dirty --tags
                WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                OUTPUT_VARIABLE enigma_revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT enigma_revision)
  set(enigma_revision "unknown")
endif()

function(enigma_name_revision source)
  set_source_files_properties(${source} PROPERTIES
    COMPILE_DEFINITIONS "ENIGMA_REVISION=\"${PROJECT_VERSION} ${enigma_revision}\"")
endfunction()
