using System.Text.Json;
using System.Text.Json.Serialization;
using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Signing;

namespace Packetboat.Commands;

/// <summary>A key and its record, as <c>packetboat dkim</c> tells of them.</summary>
/// <param name="Domain">Whose mail it signs.</param>
/// <param name="Selector">Its name below <c>_domainkey</c>.</param>
/// <param name="Algorithm"><c>rsa-sha256</c> or <c>ed25519-sha256</c>.</param>
/// <param name="Name">Where its record is to be published.</param>
/// <param name="Record">The text of the TXT record.</param>
/// <param name="ZoneLine">The same as a zone file has it, in strings of no more than 255 octets.</param>
/// <param name="State">In the data folder: new, used, retiring or removed; null: it is a file of its own.</param>
/// <param name="Since">When it came there.</param>
/// <param name="File">Where the private key is; null: in the data folder.</param>
/// <param name="Dns">Whether the DNS has it: published, missing or unknown; null: nobody asked.</param>
/// <param name="Reason">The same in words.</param>
internal sealed record DkimKeyReport(
    string Domain,
    string Selector,
    string Algorithm,
    string Name,
    string Record,
    string ZoneLine,
    string? State = null,
    DateTimeOffset? Since = null,
    string? File = null,
    string? Dns = null,
    string? Reason = null
)
{
    public static DkimKeyReport Of(string domain, string selector, DkimPrivateKey key)
    {
        string name = $"{selector}._domainkey.{domain}";
        return new DkimKeyReport(
            domain,
            selector,
            key.AlgorithmName,
            name,
            key.Record,
            DnsRecord.Text(name, key.Record).ZoneLine
        );
    }

    public static DkimKeyReport Of(StoredDkimKey key) =>
        Of(key.Domain, key.Selector, key.Key) with
        {
            State = key.State.ToString().ToLowerInvariant(),
            Since = key.Since,
        };

    public DkimKeyReport With(DkimPublication found) =>
        this with
        {
            Dns = found.State.ToString().ToLowerInvariant(),
            Reason = found.Words,
        };
}

/// <summary>The reports as JSON, for <c>--json</c>.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(DkimKeyReport))]
[JsonSerializable(typeof(IReadOnlyList<DkimKeyReport>))]
internal sealed partial class DkimJson : JsonSerializerContext;
