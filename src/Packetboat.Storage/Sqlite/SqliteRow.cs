using SQLitePCL;

namespace Packetboat.Storage.Sqlite;

/// <summary>The row that a statement stands on. Good until it goes on.</summary>
internal readonly struct SqliteRow(sqlite3_stmt statement)
{
    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long GetInt64(int column) => raw.sqlite3_column_int64(statement, column);

    public int GetInt32(int column) => checked((int)raw.sqlite3_column_int64(statement, column));

    public string GetString(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";

    public byte[] GetBytes(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

    public long? GetNumber(int column) => IsNull(column) ? null : GetInt64(column);

    public string? GetText(int column) => IsNull(column) ? null : GetString(column);
}
