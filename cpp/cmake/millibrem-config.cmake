# find_package(millibrem) gives the targets millibrem::millibrem (shared) and millibrem::static.
# The folder may be moved as a whole: everything is found from here.
get_filename_component(millibrem_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
find_package(Threads REQUIRED)

if(NOT TARGET millibrem::millibrem)
  add_library(millibrem::millibrem SHARED IMPORTED)
  set_target_properties(millibrem::millibrem PROPERTIES
    IMPORTED_LOCATION
      "${millibrem_prefix}/lib/${CMAKE_SHARED_LIBRARY_PREFIX}millibrem_capi${CMAKE_SHARED_LIBRARY_SUFFIX}"
    INTERFACE_INCLUDE_DIRECTORIES "${millibrem_prefix}/include")

  add_library(millibrem::static STATIC IMPORTED)
  set_target_properties(millibrem::static PROPERTIES
    IMPORTED_LOCATION "${millibrem_prefix}/lib/libmillibrem_capi.a"
    INTERFACE_INCLUDE_DIRECTORIES "${millibrem_prefix}/include"
    INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS}")
  if(UNIX AND NOT APPLE)
    set_property(TARGET millibrem::static APPEND PROPERTY INTERFACE_LINK_LIBRARIES m)
  endif()
endif()
