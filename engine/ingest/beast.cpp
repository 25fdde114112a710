// The functions of Beast and of Asio's TLS that are no templates, compiled here once for all files.

#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
