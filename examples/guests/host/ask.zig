// Calls its host by name and prints the reply; or the error's number and text, and exits with 1.
//
//   zig build-exe -target wasm32-wasi -O ReleaseSmall ask.zig -femit-bin=ask_zig.wasm
const std = @import("std");
const wasi = std.os.wasi;

const millrace = struct {
    extern "millrace" fn call(name: [*]const u8, name_bytes: usize, data: [*]const u8, size_bytes: usize, reply: [*]u8, capacity_bytes: usize) i32;
};

var reply: [65536]u8 = undefined;
var line: [66000]u8 = undefined;

fn write(text: []const u8) void {
    var rest = text;
    while (rest.len > 0) {
        const piece = [_]wasi.ciovec_t{.{ .base = rest.ptr, .len = rest.len }};
        var n: usize = 0;
        if (wasi.fd_write(1, &piece, 1, &n) != .SUCCESS) return;
        rest = rest[n..];
    }
}

// The arguments: a table of pointers, and the strings that they point to.
var pointers: [16][*:0]u8 = undefined;
var strings: [4096]u8 = undefined;

pub fn main() void {
    var n: usize = 0;
    var size: usize = 0;
    if (wasi.args_sizes_get(&n, &size) != .SUCCESS or n != 3 or size > strings.len) wasi.proc_exit(2);
    if (wasi.args_get(&pointers, &strings) != .SUCCESS) wasi.proc_exit(2);
    const name = std.mem.span(pointers[1]);
    const data = std.mem.span(pointers[2]);
    const status = millrace.call(name.ptr, name.len, data.ptr, data.len, &reply, reply.len);
    if (status < 0) {
        const text = std.mem.sliceTo(&reply, 0); // of an error there is a text, with a NUL behind it
        write(std.fmt.bufPrint(&line, "error {d}: {s}\n", .{ status, text }) catch unreachable);
        wasi.proc_exit(1);
    }
    write(reply[0..@min(@as(usize, @intCast(status)), reply.len)]);
    write("\n");
}
