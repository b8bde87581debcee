using System.Globalization;
using Microsoft.Data.Sqlite;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Queue;
using Packetboat.Storage.Migrations;
using SQLitePCL;

namespace Packetboat.Storage.Sqlite;

/// <summary>
/// Looks through a database, of a data folder or a copy of one, in use or not: whether SQLite finds it whole, and whether what the queue
/// rests on holds. It changes nothing, and needs no installation. Every rule about the rows is here, as a question that only a fault answers.
/// </summary>
public static class SqliteVerifier
{
    /// <summary>Of each rule; who has a thousand faults reads the first.</summary>
    private const int ExamplesOfEach = 10;

    private const string OpenRecipient = "EXISTS (SELECT 1 FROM recipient r WHERE r.message = m.number AND r.state < 3)";

    private const string RecipientsWhere =
        "SELECT m.id || ' ' || r.address FROM recipient r JOIN message m ON m.number = r.message WHERE ";

    private static readonly Rule[] MessageRules =
    [
        new(
            "has no recipient",
            "SELECT m.id FROM message m WHERE NOT EXISTS (SELECT 1 FROM recipient r WHERE r.message = m.number)"
        ),
        new("is open, and none of its recipients is", $"SELECT m.id FROM message m WHERE m.done IS NULL AND NOT {OpenRecipient}"),
        new(
            "is done, and one of its recipients is not",
            $"SELECT m.id FROM message m WHERE m.done IS NOT NULL AND {OpenRecipient}"
        ),
        new("shares its id with another", "SELECT m.id FROM message m GROUP BY m.id HAVING count(*) > 1"),
        new(
            "has an impossible size, number of chunks or time",
            "SELECT m.id FROM message m WHERE m.size < length(m.trace) OR m.chunks < 0 OR m.accepted <= 0 OR m.done <= 0"
        ),
    ];

    private static readonly Rule[] RecipientRules =
    [
        new("has a state that does not exist", RecipientsWhere + "r.state NOT BETWEEN 0 AND 5"),
        new("is due at no time, or was tried less than never", RecipientsWhere + "r.due <= 0 OR r.attempts < 0"),
        new("has no address or route", RecipientsWhere + "r.address = '' OR r.route = ''"),
        new(
            "is missing before another of its message",
            "SELECT m.id FROM recipient r JOIN message m ON m.number = r.message GROUP BY r.message HAVING count(*) <> max(r.number) + 1 OR min(r.number) <> 0"
        ),
    ];

    private static readonly Rule[] EventRules =
    [
        new(
            "belongs to no message",
            "SELECT 'number ' || e.message FROM event e WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.number = e.message) GROUP BY e.message"
        ),
    ];

    /// <param name="path">A database, or a data folder.</param>
    /// <param name="ct">Gives up.</param>
    public static Result<VerifyReport> Verify(string path, CancellationToken ct)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, SqliteStore.FileName) : path;
        if (!File.Exists(file))
            return new Refusal(path, "there is no database", "Name a data folder, its packetboat.db, or a backup");
        try
        {
            using SqliteConnection connection = Open(file);
            sqlite3 handle = connection.Handle!;
            using CancellationTokenRegistration interrupting = ct.Register(() => raw.sqlite3_interrupt(handle));
            return Verify(connection, file);
        }
        catch (SqliteException) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
        catch (SqliteException failure)
            when (failure.SqliteErrorCode is raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_READONLY)
        {
            return new Refusal(file, $"it cannot be read ({failure.Message})", "Say it as the server's user, or as root");
        }
        catch (SqliteException failure)
        {
            return new VerifyReport(file, [new VerifyCheck("database", 0, "", [failure.Message])]);
        }
    }

    private static Result<VerifyReport> Verify(SqliteConnection connection, string file)
    {
        // One snapshot for all questions: the server may be at work.
        using SqliteTransaction snapshot = connection.BeginTransaction(deferred: true);
        if (
            Number(connection, "SELECT count(*) FROM sqlite_schema WHERE name IN ('migration', 'message', 'recipient', 'chunk')")
            < 4
        )
            return new Refusal(
                file,
                "it is an SQLite database of something else",
                "Name a data folder, its packetboat.db, or a backup"
            );

        VerifyCheck pages = Pages(connection);
        // What cannot be read by SQLite itself is not asked for its meaning.
        if (pages.Faults.Count > 0)
            return new VerifyReport(file, [pages]);
        return new VerifyReport(
            file,
            [
                pages,
                References(connection),
                SchemaFiles(connection),
                Check(connection, "messages", "SELECT count(*) FROM message", MessageRules),
                Check(connection, "recipients", "SELECT count(*) FROM recipient", RecipientRules),
                Content(connection, file, out VerifyCheck orphans),
                orphans,
                Check(connection, "events", "SELECT count(*) FROM event", EventRules),
                Check(connection, "accounts", "SELECT count(*) FROM account", []),
            ]
        );
    }

    private static VerifyCheck Pages(SqliteConnection connection)
    {
        List<string> words = Texts(connection, "PRAGMA integrity_check");
        return new VerifyCheck(
            "database pages",
            Number(connection, "PRAGMA page_count"),
            "",
            words is ["ok"] ? [] : Bounded(words, words.Count)
        );
    }

    private static VerifyCheck References(SqliteConnection connection)
    {
        List<string> broken = Texts(
            connection,
            """SELECT "table" || ' row ' || coalesce(rowid, '?') || ' refers to no ' || parent FROM pragma_foreign_key_check"""
        );
        return new VerifyCheck(
            "references",
            Number(connection, "SELECT count(*) FROM recipient") + Number(connection, "SELECT count(*) FROM credential"),
            "",
            Bounded(broken, broken.Count)
        );
    }

    private static VerifyCheck SchemaFiles(SqliteConnection connection)
    {
        Dictionary<long, string> known = Schema
            .Known()
            .ToDictionary(migration => migration.Number, migration => migration.Checksum);
        var faults = new List<string>();
        long newest = 0;
        foreach (string applied in Texts(connection, "SELECT number || ' ' || checksum FROM migration ORDER BY number"))
        {
            string[] parts = applied.Split(' ');
            newest = long.Parse(parts[0], CultureInfo.InvariantCulture);
            if (!known.TryGetValue(newest, out string? checksum))
                faults.Add($"schema {newest} is unknown here: a newer version of the program wrote this");
            else if (checksum != parts[1])
                faults.Add($"schema {newest} is not the one that this program would have made");
        }

        string note = newest < known.Keys.Max() ? $"the next start brings it from {newest} to {known.Keys.Max()}" : "";
        return new VerifyCheck("schema", newest, note, faults);
    }

    private static VerifyCheck Check(SqliteConnection connection, string what, string count, Rule[] rules)
    {
        var faults = new List<string>();
        foreach (Rule rule in rules)
        {
            List<string> broken = Texts(connection, rule.Sql);
            faults.AddRange(Bounded(broken.Take(ExamplesOfEach).Select(who => $"{who} {rule.Fault}"), broken.Count));
        }

        return new VerifyCheck(what, Number(connection, count), "", faults);
    }

    /// <summary>Whoever still has to get a message gets all of it: each chunk is there, and together they have the size of the message.</summary>
    private static VerifyCheck Content(SqliteConnection connection, string file, out VerifyCheck orphans)
    {
        var files = new ContentFolder(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, SqliteStore.ContentDirectory));
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT m.number, m.id, m.size - length(m.trace), m.chunks,
                   (SELECT count(*) FROM chunk c WHERE c.place BETWEEN m.number * {SqliteStore.ChunksPerMessage} AND m.number * {SqliteStore.ChunksPerMessage} + m.chunks - 1),
                   (SELECT coalesce(sum(length(c.bytes)), 0) FROM chunk c WHERE c.place BETWEEN m.number * {SqliteStore.ChunksPerMessage} AND m.number * {SqliteStore.ChunksPerMessage} + m.chunks - 1)
            FROM message m WHERE m.done IS NULL ORDER BY m.number
            """;
        var faults = new List<string>();
        long found = 0;
        long octets = 0;
        int bad = 0;
        using (SqliteDataReader rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                long number = rows.GetInt64(0);
                long wanted = rows.GetInt64(2);
                long chunks = rows.GetInt64(3);
                (long Chunks, long Octets) has = files.Of(number) ?? (rows.GetInt64(4), rows.GetInt64(5));
                found++;
                octets += has.Octets;
                if (has == (chunks, wanted) || IsDoneByNow(file, number))
                    continue;
                bad++;
                if (bad <= ExamplesOfEach)
                    faults.Add(
                        $"{rows.GetString(1)} has {has.Octets} octets of content in {has.Chunks} chunks, and should have {wanted} in {chunks}"
                    );
            }
        }

        orphans = Orphans(connection, files);
        return new VerifyCheck("contents of open messages", found, $"{octets} octets", Bounded(faults, bad));
    }

    /// <summary>
    /// The rows are of one moment and the files are not: where a server is at work, content that was missed may have been delivered since.
    /// A look on a new connection sees today's rows.
    /// </summary>
    private static bool IsDoneByNow(string file, long message)
    {
        using SqliteConnection now = Open(file);
        return Number(now, $"SELECT count(*) FROM message WHERE number = {message} AND done IS NULL") == 0;
    }

    /// <summary>Mail that is just arriving, or did not arrive: the next start sweeps it.</summary>
    private static VerifyCheck Orphans(SqliteConnection connection, ContentFolder files)
    {
        HashSet<long> open =
        [
            .. Texts(connection, "SELECT number FROM message WHERE done IS NULL AND chunks > 1")
                .Select(text => long.Parse(text, CultureInfo.InvariantCulture)),
        ];
        long inTable = Number(
            connection,
            $"SELECT count(*) FROM chunk WHERE place / {SqliteStore.ChunksPerMessage} NOT IN (SELECT number FROM message WHERE done IS NULL)"
        );
        long count = inTable + files.Numbers.LongCount(number => !open.Contains(number));
        return new VerifyCheck(
            "contents without a message",
            count,
            count == 0 ? "" : "arriving just now, or left by a crash: no fault",
            []
        );
    }

    private static SqliteConnection Open(string file)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 30,
        };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            // The last to close a database copies its log into it. What a crash left is to stay as it was found.
            _ = raw.sqlite3_db_config(connection.Handle!, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
            Texts(connection, "PRAGMA query_only = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static List<string> Texts(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader rows = command.ExecuteReader();
        var texts = new List<string>();
        while (rows.Read())
            texts.Add(rows.GetString(0));
        return texts;
    }

    private static List<string> Bounded(IEnumerable<string> faults, int total)
    {
        List<string> some = [.. faults.Take(ExamplesOfEach)];
        if (total > some.Count)
            some.Add($"and {total - some.Count} more of this kind");
        return some;
    }

    /// <param name="Fault">What is wrong with those that the question finds.</param>
    /// <param name="Sql">Finds them, by a name that people know.</param>
    private sealed record Rule(string Fault, string Sql);

    /// <summary>The files beside the database, as they were when they were looked at.</summary>
    private sealed class ContentFolder(string directory)
    {
        private readonly Dictionary<long, long> _sizes = Directory.Exists(directory)
            ? new DirectoryInfo(directory)
                .EnumerateFiles()
                .Where(file => long.TryParse(file.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .ToDictionary(file => long.Parse(file.Name, CultureInfo.InvariantCulture), file => file.Length)
            : [];

        public IEnumerable<long> Numbers => _sizes.Keys;

        public (long Chunks, long Octets)? Of(long message) =>
            _sizes.TryGetValue(message, out long size)
                ? ((size + IQueueStore.ChunkSize - 1) / IQueueStore.ChunkSize, size)
                : null;
    }
}
