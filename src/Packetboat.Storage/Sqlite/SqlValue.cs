namespace Packetboat.Storage.Sqlite;

/// <summary>A parameter of a statement, carried without an allocation: binding is on the way of every message.</summary>
internal readonly struct SqlValue
{
    private readonly SqlKind _kind;
    private readonly long _number;
    private readonly string? _text;
    private readonly ReadOnlyMemory<byte> _bytes;

    private SqlValue(SqlKind kind, long number = 0, string? text = null, ReadOnlyMemory<byte> bytes = default)
    {
        (_kind, _number, _text, _bytes) = (kind, number, text, bytes);
    }

    public static implicit operator SqlValue(long number) => new(SqlKind.Number, number);

    public static implicit operator SqlValue(long? number) => number is { } known ? new(SqlKind.Number, known) : default;

    public static implicit operator SqlValue(string? text) => text is null ? default : new(SqlKind.Text, text: text);

    public static implicit operator SqlValue(byte[]? bytes) => bytes is null ? default : new(SqlKind.Bytes, bytes: bytes);

    public static implicit operator SqlValue(ReadOnlyMemory<byte> bytes) => new(SqlKind.Bytes, bytes: bytes);

    /// <returns>SQLite's result code.</returns>
    public int Bind(SQLitePCL.sqlite3_stmt statement, int position) =>
        _kind switch
        {
            SqlKind.Number => SQLitePCL.raw.sqlite3_bind_int64(statement, position, _number),
            SqlKind.Text => SQLitePCL.raw.sqlite3_bind_text(statement, position, _text),
            // An empty span has no address, which SQLite would take for NULL.
            SqlKind.Bytes when _bytes.IsEmpty => SQLitePCL.raw.sqlite3_bind_zeroblob(statement, position, 0),
            SqlKind.Bytes => SQLitePCL.raw.sqlite3_bind_blob(statement, position, _bytes.Span),
            _ => SQLitePCL.raw.sqlite3_bind_null(statement, position),
        };

    private enum SqlKind
    {
        Null,
        Number,
        Text,
        Bytes,
    }
}
