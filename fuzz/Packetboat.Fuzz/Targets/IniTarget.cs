using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Fuzz.Targets;

/// <summary>An ini file. Its lines are kept octet by octet, so that an editor can write back what it does not change.</summary>
internal sealed class IniTarget : IFuzzTarget
{
    private static readonly Dictionary<string, uint> Flags = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ONE"] = 1,
        ["TWO"] = 2,
        ["FOUR"] = 4,
    };
    private static readonly Dictionary<string, string> Former = new(StringComparer.OrdinalIgnoreCase) { ["EINS"] = "ONE" };

    public string Name => "ini";

    public string What => "an ini file, and its values read as each type";

    public IReadOnlyList<string> Words { get; } =
    [
        "[Mail]",
        "[a|b]",
        "Key=",
        "Key:",
        "\"text\"",
        "\\x41",
        "\\n",
        "; remark",
        "!eof",
        "0x10",
        "010",
        "20M",
        "1.5K",
        "2h",
        "1y 2w",
        "true",
        "yes",
        "ONE | TWO",
        "~ONE",
        "\ufeff",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        // An include would read the disk of whoever runs this.
        if (SettingsTarget.Includes(input))
            return 0;
        IniDocument document = IniReader.Parse(input.ToArray(), "fuzz.ini", "/nowhere");
        IsWhole(input, document);
        int kind = 0;
        foreach (IniSection section in document.Sections)
        {
            foreach (IniEntry entry in section.Entries)
            {
                kind = HashCode.Combine(kind & 63, ReadAs(entry));
                Check.That(
                    section.Find(entry.Key) is { } found
                        && ReferenceEquals(
                            document.Find(section.Names[0], entry.Key),
                            document.Section(section.Names[0])?.Find(entry.Key)
                        ),
                    "an entry cannot be found"
                );
            }

            kind = HashCode.Combine(kind & 63, section.Names.Count, section.Strays.Count > 0);
        }

        return kind;
    }

    private static void IsWhole(ReadOnlySpan<byte> input, IniDocument document)
    {
        byte[] lines = [.. document.Lines.SelectMany(line => line.Raw.ToArray())];
        ReadOnlySpan<byte> content = input.StartsWith("\ufeff"u8) ? input[3..] : input;
        Check.That(content.StartsWith(lines), "a line is not what it was");
        bool ends = lines.Length < content.Length && content[lines.Length..].TrimStart(" \t"u8).Length > 0;
        if (ends)
            Check.That(
                System
                    .Text.Encoding.Latin1.GetString(content[lines.Length..])
                    .StartsWith("!eof", StringComparison.OrdinalIgnoreCase),
                "lines are missing"
            );
    }

    private static int ReadAs(IniEntry entry)
    {
        IniReading<long> bytes = IniBytes.Read(entry.Plain);
        IniReading<TimeSpan> duration = IniDuration.Read(entry.Plain);
        IniReading<long> integer = IniNumber.ReadInteger(entry.Plain);
        IniReading<bool> boolean = IniNumber.ReadBoolean(entry.Plain);
        IniReading<uint> flags = IniFlags.Read(entry.Text, Flags, Former);
        Check.Same(bytes.Value, IniBytes.Read(IniBytes.Write(bytes.Value)).Value, "bytes, written and read");
        Check.Same(
            flags.Value & 7,
            IniFlags.Read(IniFlags.Write(flags.Value & 7, Flags), Flags, Former).Value,
            "flags, written and read"
        );
        TimeSpan again = IniDuration.Read(IniDuration.Write(duration.Value)).Value;
        Check.That(
            Math.Abs((again - duration.Value).TotalSeconds) < 1,
            $"a duration, written and read: {duration.Value} became {again}"
        );
        return HashCode.Combine(
            bytes.Faults.Count,
            duration.Faults.Count,
            integer.Faults.Count,
            boolean.Faults.Count,
            flags.Faults.Count,
            entry.IsLiteral,
            entry.IsCut
        );
    }
}
