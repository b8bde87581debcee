using System.Globalization;
using System.Text;
using Packetboat.Protocol;

namespace Packetboat.Relay.Configuration;

public enum Severity
{
    /// <summary>The settings can be used, but the operator surely meant something else.</summary>
    Warning,

    /// <summary>The settings are refused.</summary>
    Error,
}

/// <summary>What is wrong with one setting, where it stands, and what to write instead. A secret never gets into <c>Value</c>.</summary>
/// <param name="Severity">Whether the settings can be used all the same.</param>
/// <param name="File">As an operator would name it, such as <c>ctrl/sbbs.ini</c>.</param>
/// <param name="Line">Counted from 1; 0 where the whole file is meant.</param>
/// <param name="Key">The key, or empty where it is about a line or a file.</param>
/// <param name="Value">As it stands in the file.</param>
/// <param name="Reason">What is wrong, without a full stop.</param>
/// <param name="Remedy">What to do, as a command; may be empty.</param>
public sealed record Problem(Severity Severity, string File, int Line, string Key, string Value, string Reason, string Remedy)
{
    private const int MaxShown = 120;

    /// <summary>One printable line: <c>ctrl/sbbs.ini:14: RelayPort = "abc": not a port number (1-65535); write RelayPort=587</c>.</summary>
    public override string ToString()
    {
        var line = new StringBuilder(File);
        if (Line > 0)
            line.Append(CultureInfo.InvariantCulture, $":{Line}");
        if (Key.Length > 0)
            line.Append(CultureInfo.InvariantCulture, $": {Shown(Key)}");
        if (Value.Length > 0)
            line.Append(Key.Length > 0 ? " = " : ": ").Append(CultureInfo.InvariantCulture, $"\"{Shown(Value)}\"");
        line.Append(CultureInfo.InvariantCulture, $": {Shown(Reason)}");
        if (Remedy.Length > 0)
            line.Append(CultureInfo.InvariantCulture, $"; {Shown(Remedy)}");
        return line.ToString();
    }

    private static string Shown(string text) => PrintableText.Of(text, MaxShown * 4);
}
