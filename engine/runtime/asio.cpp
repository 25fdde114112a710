// The functions of Asio that are no templates, compiled here once for all files that use them.

#include <boost/asio/impl/src.hpp>
