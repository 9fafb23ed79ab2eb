# SPDX-License-Identifier: Apache-2.0
# One room, one library:
#   brig_room(ledger SOURCES a.cc HEADERS a.h NEEDS brig::base TESTS a_test.cc FUZZ a_fuzz.cc)
#
# SOURCES may be empty: the room is then header-only. Each test file becomes its own executable, so
# that `ctest -R decoder` is a small build. A fuzz file named x_fuzz.cc reads its seed corpus from
# testdata/x_corpus.
function(brig_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fstack-protector-strong
    # std::stable_sort of libstdc++ 12 uses what it declares deprecated; clang says so at our line.
    # And clang counts sign conversions to -Wconversion, g++ does not: one rule for both.
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-deprecated-declarations;-Wno-sign-conversion>)
endfunction()

function(brig_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;HEADERS;NEEDS;TESTS;FUZZ" ${ARGN})
  set(target brig_${name})
  if(ROOM_SOURCES)
    add_library(${target} STATIC ${ROOM_SOURCES})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
    target_link_libraries(${target} PUBLIC ${ROOM_NEEDS})
    brig_warnings(${target})
    if(ROOM_HEADERS)
      # Every header compiles alone: `all_verify_interface_header_sets` builds one file per header.
      target_sources(${target} PUBLIC
        FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ROOM_HEADERS})
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
    target_link_libraries(${target} INTERFACE ${ROOM_NEEDS})
  endif()
  add_library(brig::${name} ALIAS ${target})

  if(BRIG_FUZZ)
    foreach(file IN LISTS ROOM_FUZZ)
      get_filename_component(stem ${file} NAME_WE)
      add_executable(${name}_${stem} ${file})
      target_link_libraries(${name}_${stem} PRIVATE ${target})
      target_link_options(${name}_${stem} PRIVATE -fsanitize=fuzzer)
      brig_warnings(${name}_${stem})
      string(REPLACE "_fuzz" "_corpus" corpus ${stem})
      # Bounded: the grown corpus stays in the build tree, the seeds in the repository.
      set(grown ${CMAKE_CURRENT_BINARY_DIR}/${corpus})
      file(MAKE_DIRECTORY ${grown})
      add_test(NAME fuzz.${name}.${stem}
        COMMAND ${name}_${stem} -max_total_time=${BRIG_FUZZ_SECONDS} -rss_limit_mb=2048
          ${grown} ${CMAKE_CURRENT_SOURCE_DIR}/testdata/${corpus})
      set_tests_properties(fuzz.${name}.${stem} PROPERTIES LABELS fuzz)
    endforeach()
  else()
    foreach(file IN LISTS ROOM_TESTS)
      get_filename_component(stem ${file} NAME_WE)
      add_executable(${name}_${stem} ${file})
      target_link_libraries(${name}_${stem} PRIVATE ${target} GTest::gtest_main)
      target_compile_definitions(${name}_${stem} PRIVATE
        BRIG_TESTDATA="${CMAKE_CURRENT_SOURCE_DIR}/testdata")
      brig_warnings(${name}_${stem})
      add_test(NAME ${name}.${stem} COMMAND ${name}_${stem})
      set_tests_properties(${name}.${stem} PROPERTIES LABELS unit TIMEOUT 120)
    endforeach()
  endif()
endfunction()
