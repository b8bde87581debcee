using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Packetboat.Relay.TlsReports;

/// <summary>What a domain is told of one day. RFC 8460 §4.4.</summary>
/// <param name="Domain">Who is told.</param>
/// <param name="Day">UTC.</param>
/// <param name="Submitter">Our domain.</param>
/// <param name="Contact">Whom to ask.</param>
/// <param name="Counts">What happened.</param>
internal sealed record TlsReport(string Domain, DateOnly Day, string Submitter, string Contact, IReadOnlyList<TlsCount> Counts)
{
    /// <summary>The same each time that it is made: who gets it twice can see that.</summary>
    public string Id { get; } =
        $"{Day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Submitter} {Domain} {Day:O}")).AsSpan(0, 8))}";

    /// <summary>RFC 8460 §5.1.</summary>
    public string FileName =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Submitter}!{Domain}!{Seconds(TimeOnly.MinValue)}!{Seconds(End)}!{Id}.json.gz"
        );

    private static TimeOnly End { get; } = new(23, 59, 59);

    private long Seconds(TimeOnly time) => new DateTimeOffset(Day.ToDateTime(time), TimeSpan.Zero).ToUnixTimeSeconds();

    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("organization-name", Submitter);
            json.WriteStartObject("date-range");
            json.WriteString("start-datetime", At(TimeOnly.MinValue));
            json.WriteString("end-datetime", At(End));
            json.WriteEndObject();
            json.WriteString("contact-info", Contact);
            json.WriteString("report-id", Id);
            json.WriteStartArray("policies");
            foreach (IGrouping<string, TlsCount> policy in Counts.GroupBy(count => count.Outcome.Policy, StringComparer.Ordinal))
                Write(json, policy.Key, [.. policy]);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public byte[] ToGzip()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(ToJson());
        return packed.ToArray();
    }

    private string At(TimeOnly time) =>
        string.Create(CultureInfo.InvariantCulture, $"{Day.ToDateTime(time):yyyy-MM-dd'T'HH:mm:ss}Z");

    private void Write(Utf8JsonWriter json, string policy, TlsCount[] counts)
    {
        string[] lines = policy.Split('\n');
        string[] type = lines[0].Split(' ', 2);
        json.WriteStartObject();
        json.WriteStartObject("policy");
        json.WriteString("policy-type", type[0]);
        Write(json, "policy-string", lines[1..]);
        json.WriteString("policy-domain", type.ElementAtOrDefault(1) ?? Domain);
        Write(
            json,
            "mx-host",
            [
                .. lines[1..]
                    .Where(line => line.StartsWith(TlsPolicyText.MxTag, StringComparison.Ordinal))
                    .Select(line => line[TlsPolicyText.MxTag.Length..]),
            ]
        );
        json.WriteEndObject();
        TlsCount[] failures = [.. counts.Where(count => count.Outcome.Result.Length > 0)];
        json.WriteStartObject("summary");
        json.WriteNumber("total-successful-session-count", counts.Sum(count => count.Sessions) - failures.Sum(f => f.Sessions));
        json.WriteNumber("total-failure-session-count", failures.Sum(failure => failure.Sessions));
        json.WriteEndObject();
        if (failures.Length > 0)
            Write(json, failures);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TlsCount[] failures)
    {
        json.WriteStartArray("failure-details");
        foreach ((TlsOutcome outcome, long sessions) in failures)
        {
            json.WriteStartObject();
            json.WriteString("result-type", outcome.Result);
            Write(json, "sending-mta-ip", outcome.From);
            Write(json, "receiving-mx-hostname", outcome.Host);
            Write(json, "receiving-ip", outcome.Address);
            json.WriteNumber("failed-session-count", sessions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
            json.WriteString(name, value);
    }

    private static void Write(Utf8JsonWriter json, string name, string[] values)
    {
        if (values.Length == 0)
            return;
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
