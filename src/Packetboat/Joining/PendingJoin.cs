using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Packetboat.Relay.Configuration;

namespace Packetboat.Joining;

/// <summary>
/// A join that has begun and not ended: with whom, by which code, and this machine's secret. It is on the disk before the hub hears of it, so
/// that an answer that is lost can be asked for again, by this machine only.
/// </summary>
/// <param name="Hub">Its address.</param>
/// <param name="Code">The operator's; or our own, of an application.</param>
/// <param name="Key">Our secret.</param>
/// <param name="IsApplication">The code becomes good when the operator approves.</param>
/// <param name="Domain">From which the sysop wants to send; null: he did not say. Days may lie between his words and the operator's.</param>
internal sealed record PendingJoin(string Hub, string Code, string Key, bool IsApplication, string? Domain = null)
{
    private const string FileName = "join.pending";
    private const int KeyLength = 32;

    public static string PathIn(string ctrl) => Path.Combine(ctrl, FileName);

    public static PendingJoin Begin(string hub, string code, bool isApplication) =>
        new(hub, code, System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyLength)), isApplication);

    /// <summary>Null when there is none that can be read; it is begun anew then.</summary>
    public static PendingJoin? Read(string ctrl)
    {
        try
        {
            string path = PathIn(ctrl);
            return File.Exists(path)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(path), PendingJoinJson.Default.PendingJoin)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public void Write(string ctrl, TimeProvider time)
    {
        string path = PathIn(ctrl);
        // A copy of it is worth nothing, and would keep a secret for longer than it is needed.
        if (
            ReplacedFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, PendingJoinJson.Default.PendingJoin), time) is
            { } copy
        )
            File.Delete(copy);
    }

    public static void Forget(string ctrl) => File.Delete(PathIn(ctrl));

    /// <summary>It holds two secrets.</summary>
    public override string ToString() => Hub;
}

[JsonSerializable(typeof(PendingJoin))]
internal sealed partial class PendingJoinJson : JsonSerializerContext;
