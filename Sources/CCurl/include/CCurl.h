/// libcurl, loaded when the first transfer needs it.
///
/// The declarations are libcurl's published binary interface (soname 4, unchanged since 2006): neither its headers nor the library are
/// needed to build, and a process that sends nothing never loads it.
#ifndef WARD_CCURL_H
#define WARD_CCURL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Options of a transfer, with libcurl's numbers (`CURLOPT_…`).
enum ward_curl_option {
    WARD_CURL_URL = 10002,
    WARD_CURL_PROXY = 10004,
    WARD_CURL_KEYPASSWD = 10026,
    WARD_CURL_SSLVERSION = 32,
    WARD_CURL_CUSTOMREQUEST = 10036,
    WARD_CURL_NOBODY = 44,
    WARD_CURL_POST = 47,
    WARD_CURL_NETRC = 51,
    WARD_CURL_FOLLOWLOCATION = 52,
    WARD_CURL_SSL_VERIFYPEER = 64,
    WARD_CURL_CAINFO = 10065,
    WARD_CURL_HTTPGET = 80,
    WARD_CURL_SSL_VERIFYHOST = 81,
    WARD_CURL_HTTP_VERSION = 84,
    WARD_CURL_CAPATH = 10097,
    WARD_CURL_NOSIGNAL = 99,
    WARD_CURL_ACCEPT_ENCODING = 10102,
    WARD_CURL_NOPROXY = 10177,
    WARD_CURL_PROTOCOLS = 181,
    WARD_CURL_UNIX_SOCKET_PATH = 10231,
    WARD_CURL_PATH_AS_IS = 234,
    WARD_CURL_SUPPRESS_CONNECT_HEADERS = 265,
    WARD_CURL_QUICK_EXIT = 322,
    WARD_CURL_SSLCERT_BLOB = 40291,
    WARD_CURL_SSLKEY_BLOB = 40292,
    WARD_CURL_CAINFO_BLOB = 40309
};

/// Values of options (`CURLPROTO_…`, `CURL_SSLVERSION_…`, `CURL_HTTP_VERSION_…`).
enum ward_curl_value {
    WARD_CURL_PROTOCOLS_HTTP_AND_HTTPS = 3,
    WARD_CURL_TLS_1_2 = 6,
    WARD_CURL_HTTP_2_OVER_TLS = 4
};

/// What can be asked after a transfer (`CURLINFO_…`).
enum ward_curl_info {
    WARD_CURL_INFO_SSL_VERIFYRESULT = 0x200000 + 13,
    WARD_CURL_INFO_OS_ERRNO = 0x200000 + 25,
    WARD_CURL_INFO_PRIMARY_PORT = 0x200000 + 40,
    WARD_CURL_INFO_PRIMARY_IP = 0x100000 + 32
};

/// Why a transfer failed (`CURLE_…`), and what this shim adds.
enum ward_curl_code {
    WARD_CURL_OK = 0,
    WARD_CURL_COULDNT_RESOLVE_PROXY = 5,
    WARD_CURL_COULDNT_RESOLVE_HOST = 6,
    WARD_CURL_COULDNT_CONNECT = 7,
    WARD_CURL_WEIRD_REPLY = 8,
    WARD_CURL_PARTIAL_FILE = 18,
    WARD_CURL_WRITE_ERROR = 23,
    WARD_CURL_OUT_OF_MEMORY = 27,
    WARD_CURL_OPERATION_TIMEDOUT = 28,
    WARD_CURL_SSL_CONNECT_ERROR = 35,
    WARD_CURL_GOT_NOTHING = 52,
    WARD_CURL_SEND_ERROR = 55,
    WARD_CURL_RECV_ERROR = 56,
    WARD_CURL_SSL_CERTPROBLEM = 58,
    WARD_CURL_PEER_FAILED_VERIFICATION = 60,
    WARD_CURL_SSL_CACERT_BADFILE = 77,
    /// `goes_on` said no.
    WARD_CURL_STOPPED = 10000
};

/// Where a transfer's answer goes; each returns whether the transfer may go on.
typedef struct ward_curl_sink {
    void *context;
    /// A line of the answer's head with its line break, from each status line on.
    bool (*header)(void *context, const char *bytes, size_t count);
    /// A piece of the decoded body.
    bool (*body)(void *context, const char *bytes, size_t count);
    /// Asked between events, at least every `interval` milliseconds.
    bool (*goes_on)(void *context);
    int interval;
} ward_curl_sink;

/// A transfer with the connections that it keeps. One thread uses it at a time.
typedef struct ward_curl ward_curl;

/// Loads libcurl: `NULL`, or what is missing, for people. Any thread may call it.
const char *ward_curl_load(void);

/// A new transfer; `NULL` without memory. `ward_curl_load` must have succeeded.
ward_curl *ward_curl_new(void);
void ward_curl_free(ward_curl *transfer);

/// Forgets all options but keeps open connections.
void ward_curl_reset(ward_curl *transfer);

/// Set an option; texts and blobs are copied. `false` if this libcurl refuses it.
bool ward_curl_set_number(ward_curl *transfer, enum ward_curl_option option, long value);
bool ward_curl_set_text(ward_curl *transfer, enum ward_curl_option option, const char *text);
bool ward_curl_set_blob(ward_curl *transfer, enum ward_curl_option option, const void *bytes, size_t count);

/// The body to send, which is not copied.
bool ward_curl_set_body(ward_curl *transfer, const void *bytes, size_t count);
/// Adds a line of the request's head.
bool ward_curl_add_header(ward_curl *transfer, const char *line);
/// Connects elsewhere than to the URL's host: `host:port:host:port`.
bool ward_curl_connect_to(ward_curl *transfer, const char *rule);

/// Transfers: a `ward_curl_code`, or another of libcurl's.
int ward_curl_perform(ward_curl *transfer, const ward_curl_sink *sink, long timeout_milliseconds);

/// libcurl's words about the last failure; empty if it has none.
const char *ward_curl_problem(const ward_curl *transfer, int code);
long ward_curl_number(const ward_curl *transfer, enum ward_curl_info info);
/// Valid until the next transfer; empty if not known.
const char *ward_curl_text(const ward_curl *transfer, enum ward_curl_info info);

#endif
