// Time.
namespace System
{
    public readonly struct TimeSpan : IComparable, IComparable<TimeSpan>, IEquatable<TimeSpan>
    {
        internal readonly long _ticks;
        public const long TicksPerMillisecond = 10000, TicksPerSecond = 10000000, TicksPerMinute = 600000000, TicksPerHour = 36000000000, TicksPerDay = 864000000000;
        public static readonly TimeSpan Zero = new TimeSpan(0);
        public TimeSpan(long ticks) { _ticks = ticks; }
        public TimeSpan(int hours, int minutes, int seconds) { _ticks = ((hours * 60L + minutes) * 60 + seconds) * TicksPerSecond; }
        public TimeSpan(int days, int hours, int minutes, int seconds) : this(days * 24 + hours, minutes, seconds) { }
        public long Ticks => _ticks;
        public int Days => (int)(_ticks / TicksPerDay);
        public int Hours => (int)(_ticks / TicksPerHour % 24);
        public int Minutes => (int)(_ticks / TicksPerMinute % 60);
        public int Seconds => (int)(_ticks / TicksPerSecond % 60);
        public int Milliseconds => (int)(_ticks / TicksPerMillisecond % 1000);
        public double TotalDays => (double)_ticks / TicksPerDay;
        public double TotalHours => (double)_ticks / TicksPerHour;
        public double TotalMinutes => (double)_ticks / TicksPerMinute;
        public double TotalSeconds => (double)_ticks / TicksPerSecond;
        public double TotalMilliseconds => (double)_ticks / TicksPerMillisecond;
        public static TimeSpan FromDays(double value) => new TimeSpan((long)(value * TicksPerDay));
        public static TimeSpan FromHours(double value) => new TimeSpan((long)(value * TicksPerHour));
        public static TimeSpan FromMinutes(double value) => new TimeSpan((long)(value * TicksPerMinute));
        public static TimeSpan FromSeconds(double value) => new TimeSpan((long)(value * TicksPerSecond));
        public static TimeSpan FromSeconds(long seconds) => new TimeSpan(seconds * TicksPerSecond);
        public static TimeSpan FromMinutes(long minutes) => new TimeSpan(minutes * TicksPerMinute);
        public static TimeSpan FromMilliseconds(double value) => new TimeSpan((long)(value * TicksPerMillisecond));
        public static TimeSpan FromMilliseconds(long milliseconds, long microseconds = 0) => new TimeSpan(milliseconds * TicksPerMillisecond + microseconds * 10);
        public static TimeSpan FromTicks(long value) => new TimeSpan(value);
        public TimeSpan Add(TimeSpan ts) => new TimeSpan(_ticks + ts._ticks);
        public TimeSpan Negate() => new TimeSpan(-_ticks);
        public int CompareTo(object? value) => value == null ? 1 : CompareTo((TimeSpan)value);
        public int CompareTo(TimeSpan value) => _ticks.CompareTo(value._ticks);
        public bool Equals(TimeSpan obj) => _ticks == obj._ticks;
        public override bool Equals(object? value) => value is TimeSpan t && Equals(t);
        public override int GetHashCode() => _ticks.GetHashCode();
        public static TimeSpan operator +(TimeSpan a, TimeSpan b) => new TimeSpan(a._ticks + b._ticks);
        public static TimeSpan operator -(TimeSpan a, TimeSpan b) => new TimeSpan(a._ticks - b._ticks);
        public static TimeSpan operator -(TimeSpan t) => new TimeSpan(-t._ticks);
        public static bool operator ==(TimeSpan a, TimeSpan b) => a._ticks == b._ticks;
        public static bool operator !=(TimeSpan a, TimeSpan b) => a._ticks != b._ticks;
        public static bool operator <(TimeSpan a, TimeSpan b) => a._ticks < b._ticks;
        public static bool operator >(TimeSpan a, TimeSpan b) => a._ticks > b._ticks;
        public static bool operator <=(TimeSpan a, TimeSpan b) => a._ticks <= b._ticks;
        public static bool operator >=(TimeSpan a, TimeSpan b) => a._ticks >= b._ticks;
        private static string Two(long n) => n < 10 ? "0" + n.ToString() : n.ToString();
        public override string ToString()
        {
            long t = _ticks < 0 ? -_ticks : _ticks;
            long days = t / TicksPerDay, fraction = t % TicksPerSecond;
            string text = (_ticks < 0 ? "-" : "") + (days != 0 ? days.ToString() + "." : "") + Two(t / TicksPerHour % 24) + ":" + Two(t / TicksPerMinute % 60) + ":" + Two(t / TicksPerSecond % 60);
            return fraction == 0 ? text : text + "." + fraction.ToString("D7");
        }
    }

    public enum DayOfWeek { Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday }
    public enum DateTimeKind { Unspecified, Utc, Local }

    public readonly struct DateTime : IComparable, IComparable<DateTime>, IEquatable<DateTime>
    {
        private readonly ulong _dateData;
        private static readonly int[] s_days = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
        public static readonly DateTime MinValue = new DateTime(0);
        public static readonly DateTime MaxValue = new DateTime(3155378975999999999);
        public static readonly DateTime UnixEpoch = new DateTime(621355968000000000);
        public DateTime(long ticks) { _dateData = (ulong)ticks; }
        public DateTime(int year, int month, int day) : this(DateToTicks(year, month, day)) { }
        public DateTime(int year, int month, int day, int hour, int minute, int second) : this(DateToTicks(year, month, day) + new TimeSpan(hour, minute, second)._ticks) { }
        public DateTime(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind) : this(year, month, day, hour, minute, second) { }
        private static long DateToTicks(int year, int month, int day)
        {
            if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month)) throw new ArgumentOutOfRangeException(null, "Year, Month, and Day parameters describe an un-representable DateTime.");
            int y = year - 1;
            int days = y * 365 + y / 4 - y / 100 + y / 400 + s_days[month - 1] + (month > 2 && IsLeapYear(year) ? 1 : 0) + day - 1;
            return days * TimeSpan.TicksPerDay;
        }
        public static bool IsLeapYear(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        public static int DaysInMonth(int year, int month) => s_days[month] - s_days[month - 1] + (month == 2 && IsLeapYear(year) ? 1 : 0);
        public static DateTime Now => UnixEpoch.AddMilliseconds(System.Threading.Scheduler.Now);
        public static DateTime UtcNow => Now;
        public static DateTime Today => Now.Date;
        public long Ticks => (long)_dateData;
        public DateTimeKind Kind => DateTimeKind.Unspecified;
        private int Part(int part)
        {
            int n = (int)(Ticks / TimeSpan.TicksPerDay);
            int year = 1;
            int p = n / 146097; n -= p * 146097; year += p * 400;
            p = n / 36524; if (p == 4) p = 3; n -= p * 36524; year += p * 100;
            p = n / 1461; n -= p * 1461; year += p * 4;
            p = n / 365; if (p == 4) p = 3; n -= p * 365; year += p;
            if (part == 0) return year;
            if (part == 3) return n + 1;
            int month = 1;
            while (n >= DaysInMonth(year, month)) n -= DaysInMonth(year, month++);
            return part == 1 ? month : n + 1;
        }
        public int Year => Part(0);
        public int Month => Part(1);
        public int Day => Part(2);
        public int DayOfYear => Part(3);
        public DayOfWeek DayOfWeek => (DayOfWeek)((Ticks / TimeSpan.TicksPerDay + 1) % 7);
        public int Hour => (int)(Ticks / TimeSpan.TicksPerHour % 24);
        public int Minute => (int)(Ticks / TimeSpan.TicksPerMinute % 60);
        public int Second => (int)(Ticks / TimeSpan.TicksPerSecond % 60);
        public int Millisecond => (int)(Ticks / TimeSpan.TicksPerMillisecond % 1000);
        public DateTime Date => new DateTime(Ticks - Ticks % TimeSpan.TicksPerDay);
        public TimeSpan TimeOfDay => new TimeSpan(Ticks % TimeSpan.TicksPerDay);
        public DateTime AddTicks(long value) => new DateTime(Ticks + value);
        public DateTime AddDays(double value) => AddTicks((long)(value * TimeSpan.TicksPerDay));
        public DateTime AddHours(double value) => AddTicks((long)(value * TimeSpan.TicksPerHour));
        public DateTime AddMinutes(double value) => AddTicks((long)(value * TimeSpan.TicksPerMinute));
        public DateTime AddSeconds(double value) => AddTicks((long)(value * TimeSpan.TicksPerSecond));
        public DateTime AddMilliseconds(double value) => AddTicks((long)(value * TimeSpan.TicksPerMillisecond));
        public DateTime AddMonths(int months)
        {
            int m = (Year * 12 + Month - 1) + months;
            int year = m / 12, month = m % 12 + 1, day = Day, most = DaysInMonth(year, month);
            return new DateTime(DateToTicks(year, month, day > most ? most : day) + Ticks % TimeSpan.TicksPerDay);
        }
        public DateTime AddYears(int value) => AddMonths(value * 12);
        public DateTime Add(TimeSpan value) => AddTicks(value._ticks);
        public TimeSpan Subtract(DateTime value) => new TimeSpan(Ticks - value.Ticks);
        public int CompareTo(object? value) => value == null ? 1 : CompareTo((DateTime)value);
        public int CompareTo(DateTime value) => Ticks.CompareTo(value.Ticks);
        public bool Equals(DateTime value) => Ticks == value.Ticks;
        public override bool Equals(object? value) => value is DateTime d && Equals(d);
        public override int GetHashCode() => Ticks.GetHashCode();
        public static DateTime operator +(DateTime d, TimeSpan t) => d.Add(t);
        public static DateTime operator -(DateTime d, TimeSpan t) => d.AddTicks(-t._ticks);
        public static TimeSpan operator -(DateTime a, DateTime b) => a.Subtract(b);
        public static bool operator ==(DateTime a, DateTime b) => a.Ticks == b.Ticks;
        public static bool operator !=(DateTime a, DateTime b) => a.Ticks != b.Ticks;
        public static bool operator <(DateTime a, DateTime b) => a.Ticks < b.Ticks;
        public static bool operator >(DateTime a, DateTime b) => a.Ticks > b.Ticks;
        public static bool operator <=(DateTime a, DateTime b) => a.Ticks <= b.Ticks;
        public static bool operator >=(DateTime a, DateTime b) => a.Ticks >= b.Ticks;
        private static string Two(int n) => n < 10 ? "0" + n.ToString() : n.ToString();
        public override string ToString() => Two(Month) + "/" + Two(Day) + "/" + Year.ToString("D4") + " " + Two(Hour) + ":" + Two(Minute) + ":" + Two(Second);
        public string ToString(string? format) => format == "yyyy-MM-dd" ? Year.ToString("D4") + "-" + Two(Month) + "-" + Two(Day) : ToString();
        public string ToString(string? format, IFormatProvider? provider) => ToString(format);
    }
}
