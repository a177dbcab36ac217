// Exports that take and give texts and bytes: "bytes in exports" in pool_guest.h says how.
//
//   zig build-exe -target wasm32-freestanding -fno-entry -rdynamic -O ReleaseSmall text.zig -femit-bin=text_zig.wasm
const std = @import("std");
const heap = std.heap.wasm_allocator;

export fn pool_alloc(size: usize) ?[*]u8 {
    const bytes = heap.alloc(u8, size) catch return null;
    return bytes.ptr;
}

export fn pool_free(data: [*]u8, size: usize) void {
    heap.free(data[0..size]);
}

/// A result: the address in the low 32 bits, the size in the high ones. From then on it is the caller's.
fn give(bytes: []const u8) u64 {
    return @as(u64, bytes.len) << 32 | @intFromPtr(bytes.ptr);
}

/// In capitals where it lies: a result may be an argument.
export fn upper(text: [*]u8, size: usize) u64 {
    for (text[0..size]) |*each| each.* = std.ascii.toUpper(each.*);
    return give(text[0..size]);
}

export fn reverse(data: [*]const u8, size: usize) u64 {
    const reversed = heap.alloc(u8, size) catch @trap();
    for (reversed, 0..) |*each, i| each.* = data[size - 1 - i];
    return give(reversed);
}

export fn count(data: [*]const u8, size: usize, byte: i32) i32 {
    var n: i32 = 0;
    for (data[0..size]) |each| n += @intFromBool(each == byte);
    return n;
}
