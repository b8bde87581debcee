using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Packetboat.Storage.Sqlite;

namespace Packetboat.Storage.Migrations;

/// <summary>
/// Brings a database to the schema of this program: numbered SQL files, each applied once and remembered with its checksum. A schema that
/// is newer than the program, or was changed behind its back, is refused.
/// </summary>
internal static class Schema
{
    private const string Folder = "Packetboat.Storage.Migrations.Sqlite.";

    /// <exception cref="InvalidDataException">The database is not one that this program may touch; the message says why.</exception>
    public static void Bring(SqliteSession session, TimeProvider time)
    {
        session.Run(
            "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, checksum TEXT NOT NULL, applied INTEGER NOT NULL)"
        );
        Dictionary<long, string> applied = session
            .Query("SELECT number, checksum FROM migration", row => (Number: row.GetInt64(0), Checksum: row.GetString(1)))
            .ToDictionary(row => row.Number, row => row.Checksum);
        List<Migration> known = Known();

        if (applied.Keys.DefaultIfEmpty().Max() is var newest && newest > known[^1].Number)
        {
            throw new InvalidDataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the database has schema {newest}, this program knows {known[^1].Number}: it was written by a newer version; start that one, or restore a backup"
                )
            );
        }

        foreach (Migration migration in known)
            Bring(session, time, migration, applied);
    }

    private static void Bring(SqliteSession session, TimeProvider time, Migration migration, Dictionary<long, string> applied)
    {
        if (applied.TryGetValue(migration.Number, out string? checksum))
        {
            if (!string.Equals(checksum, migration.Checksum, StringComparison.Ordinal))
            {
                throw new InvalidDataException(
                    $"schema file {migration.Number} is not the one this database was made with; start the version that made it"
                );
            }

            return;
        }

        session.Run("BEGIN IMMEDIATE");
        session.Run(migration.Sql);
        session.Execute(
            "INSERT INTO migration VALUES (?1, ?2, ?3)",
            migration.Number,
            migration.Checksum,
            time.GetUtcNow().ToUnixTimeMilliseconds()
        );
        session.Run("COMMIT");
    }

    /// <summary>Every schema file of this program, in their order.</summary>
    public static List<Migration> Known()
    {
        Assembly assembly = typeof(Schema).Assembly;
        return
        [
            .. assembly
                .GetManifestResourceNames()
                .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
                .Select(name => Read(assembly, name))
                .OrderBy(migration => migration.Number),
        ];
    }

    private static Migration Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        string sql = reader.ReadToEnd().ReplaceLineEndings("\n");
        long number = long.Parse(name.AsSpan(Folder.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture);
        return new Migration(number, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
    }

    internal sealed record Migration(long Number, string Sql, string Checksum);
}
