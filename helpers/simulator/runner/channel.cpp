// SPDX-License-Identifier: Apache-2.0
#include "channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace Simulator {

namespace {

constexpr size_t MAX_FILES = 64;              // a kernel takes at most 32 tensors; report, log and output come on top
constexpr uint32_t MAX_BODY_BYTES = 1 << 26;  // values by value are small; more is a broken sender

struct Header {
    uint32_t bodyBytes;
    uint32_t fileNum;
};

}  // namespace

Message::~Message()
{
    for (const int file : files) {
        close(file);
    }
}

Channel::Channel()
{
    socket_ = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int nothing = open("/dev/null", O_RDONLY);
    if (socket_ < 0 || nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) {
        throw std::runtime_error(std::string("cannot take over standard input: ") + std::strerror(errno));
    }
    close(nothing);
}

// The header comes alone, in one piece with the files; then the words, each ended by a zero byte.
Channel::Received Channel::Receive(Message &message, int idleSeconds)
{
    struct pollfd waited = {socket_, POLLIN, 0};
    const int ready = poll(&waited, 1, idleSeconds * 1000);
    if (ready == 0) {
        return Received::IDLE;
    }
    Header header;
    struct iovec part = {&header, sizeof(header)};
    alignas(struct cmsghdr) char control[CMSG_SPACE(MAX_FILES * sizeof(int))];
    struct msghdr description;
    std::memset(&description, 0, sizeof(description));
    description.msg_iov = &part;
    description.msg_iovlen = 1;
    description.msg_control = control;
    description.msg_controllen = sizeof(control);
    ssize_t received;
    do {
        received = recvmsg(socket_, &description, 0);
    } while (received < 0 && errno == EINTR);
    if (received <= 0) {
        return Received::CLOSED;
    }
    for (struct cmsghdr *item = CMSG_FIRSTHDR(&description); item != nullptr; item = CMSG_NXTHDR(&description, item)) {
        if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_RIGHTS) {
            message.files.resize((item->cmsg_len - CMSG_LEN(0)) / sizeof(int));
            std::memcpy(message.files.data(), CMSG_DATA(item), message.files.size() * sizeof(int));
        }
    }
    const size_t rest = sizeof(header) - static_cast<size_t>(received);
    if (!ReadAll(reinterpret_cast<char *>(&header) + received, rest) || header.bodyBytes > MAX_BODY_BYTES) {
        return Received::CLOSED;
    }
    std::string body(header.bodyBytes, '\0');
    if (!ReadAll(&body[0], body.size())) {
        return Received::CLOSED;
    }
    for (size_t start = 0; start < body.size();) {
        message.words.emplace_back(body.c_str() + start);
        start += message.words.back().size() + 1;
    }
    if (message.files.size() != header.fileNum) {
        throw std::runtime_error("the system let " + std::to_string(message.files.size()) + " of " +
                                 std::to_string(header.fileNum) + " files through: raise the limit of open files");
    }
    return Received::MESSAGE;
}

bool Channel::ReadAll(void *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        const ssize_t part = read(socket_, static_cast<char *>(bytes) + done, size - done);
        if (part < 0 && errno == EINTR) {
            continue;
        }
        if (part <= 0) {
            return false;
        }
        done += static_cast<size_t>(part);
    }
    return true;
}

void Channel::ReplyDone()
{
    const char done = 'd';
    while (write(socket_, &done, 1) < 0 && errno == EINTR) {
    }
}

bool Channel::StaysOpenUntil(int descriptor)
{
    struct pollfd waited[2] = {{descriptor, POLLIN, 0}, {socket_, POLLIN, 0}};
    for (;;) {
        if (poll(waited, 2, -1) < 0 && errno != EINTR) {
            return false;
        }
        if (waited[0].revents != 0) {
            return true;
        }
        if (waited[1].revents != 0) {
            return false;  // during a launch the parent has nothing to say: it closed
        }
    }
}

}  // namespace Simulator
