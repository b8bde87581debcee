using System.Text.Json;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Spool;

namespace Packetboat.Relay.Doctor;

/// <summary>
/// The last report, a file in the data folder: so that it can be had where no store can be opened, and made where no server runs. At every
/// moment it is the old one or the new one.
/// </summary>
/// <param name="dataDirectory">Where it is kept.</param>
public sealed class LastReport(string dataDirectory)
{
    /// <summary>No report comes near it.</summary>
    private const int MaxLength = 1024 * 1024;

    private readonly string _file = Path.Combine(dataDirectory, "doctor.json");

    /// <returns>Why it is not kept; empty: it is.</returns>
    public string Keep(DoctorReport report)
    {
        string draft = $"{_file}.{Guid.NewGuid():N}.new";
        try
        {
            ReplacedFile.WriteNew(draft, JsonSerializer.SerializeToUtf8Bytes(report, DoctorJson.Default.DoctorReport));
            FileOwner.Copy(dataDirectory, draft);
            File.Move(draft, _file, overwrite: true);
            DurableNames.Sync(dataDirectory);
            return "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Discard(draft);
            return failure.Message;
        }
    }

    /// <summary>Null: there is none, or none that can be read.</summary>
    public DoctorReport? Read()
    {
        try
        {
            using FileStream file = File.OpenRead(_file);
            return file.Length > MaxLength ? null : JsonSerializer.Deserialize(file, DoctorJson.Default.DoctorReport);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static void Discard(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The disk that did not take it; the name is no other's.
        }
    }
}
